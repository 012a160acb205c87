// What a new adapter is called, in every way that its files need.

export const adapterName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export interface AdapterNames {
  /** `acme-hire` */
  name: string;
  /** `acmeHire` */
  camel: string;
  /** `AcmeHire` */
  pascal: string;
  /** `Acme Hire` */
  title: string;
  kind: string;
}

export function namesOf(name: string, kind: string, title?: string): AdapterNames {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = words.join('');
  // Stands in code and in comments, so it is one plain line.
  const said = (title ?? words.join(' ')).replace(/[^\p{L}\p{N} .&+-]/gu, '').trim();
  return {
    name,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    title: said === '' ? words.join(' ') : said,
    kind,
  };
}
