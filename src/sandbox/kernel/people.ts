// Made-up people for simulated vendors: names from all over, addresses and numbers that nobody has.
import type { Random } from './random.ts';

export interface MadeUpPerson {
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
}

const firstNames = [
  'Amina',
  'Bruno',
  'Chidi',
  'Dalia',
  'Emre',
  'Farah',
  'Goran',
  'Hana',
  'Ines',
  'Jonas',
  'Keiko',
  'Luca',
  'Mariam',
  'Nils',
  'Olga',
  'Priya',
  'Quentin',
  'Rosa',
  'Samir',
  'Thuy',
  'Uma',
  'Viktor',
  'Wanjiru',
  'Ximena',
  'Yusuf',
  'Zofia',
];
const lastNames = [
  'Adeyemi',
  'Berg',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Horvat',
  'Ivanova',
  'Jansen',
  'Kowalska',
  'Lindqvist',
  'Mbeki',
  'Nakamura',
  'Okafor',
  'Patel',
  'Quispe',
  'Rossi',
  'Schmidt',
  'Tanaka',
  'Ueda',
  'Vasquez',
  'Weber',
  'Yilmaz',
  'Zhang',
];

/** `serial` keeps addresses apart. The domain and the number range are reserved for examples. */
export function madeUpPerson(random: Random, serial: number): MadeUpPerson {
  const firstName = random.pick(firstNames);
  // Thousands of people share names, but not hundreds one name.
  const second = lastNames[(Math.floor(serial / 650) % (lastNames.length + 1)) - 1];
  const lastName = [random.pick(lastNames), ...(second ? [second] : [])].join('-');
  // A hundred numbers of each area are kept for examples.
  const area = 201 + (Math.floor(serial / 100) % 700);
  const phone = `+1-${area}-555-01${String(serial % 100).padStart(2, '0')}`;
  return { firstName, lastName, email: `${firstName}.${lastName}.${serial}@example.com`.toLowerCase(), phone };
}
