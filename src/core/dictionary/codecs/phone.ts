// The codec of telephone numbers: ours is E.164, `+` and at most 15 digits, country code first.
import { z } from 'zod';
import { type Coded, family, right, wrong } from './codec.ts';
import { plainText } from './texts.ts';

const e164 = /^\+[1-9]\d{6,14}$/;

/** `callingCode` is what a number without `+` is taken to belong to; without it such a number is not guessed at. */
export const phone = family({
  summary: 'A telephone number as +491701234567, as bare digits, or as dialled inside one country.',
  arguments: z
    .strictObject({
      written: z.enum(['e164', 'digits', 'national']),
      callingCode: z
        .string()
        .regex(/^[1-9]\d{0,2}$/, 'is a country calling code such as "49"')
        .optional(),
      /** What is dialled before a number inside the country; empty where nothing is. */
      trunk: z
        .string()
        .regex(/^\d{0,2}$/)
        .default('0'),
    })
    .refine(
      ({ written, callingCode }) => written !== 'national' || callingCode !== undefined,
      'a national number needs its callingCode',
    ),
  build({ written, callingCode, trunk }) {
    return {
      gives: ['string'],
      decode(theirs) {
        const said = plainText(theirs);
        if (!said.ok) return said;
        if (!/^\+?[\d\s().\-/\u00a0]+$/.test(said.value))
          return wrong('wrong_format', 'holds more than a telephone number');
        const digits = said.value.replace(/\D/g, '');
        if (said.value.startsWith('+')) return checked(`+${digits}`);
        if (written === 'digits') return checked(`+${digits}`);
        return callingCode === undefined
          ? wrong('incomplete', 'has no country code, and none is named for this field')
          : fromNational(digits, callingCode, trunk);
      },
      encode(ours) {
        const said = plainText(ours);
        if (!said.ok) return said;
        if (!e164.test(said.value)) return wrong('wrong_format', 'is not + and digits with the country code first');
        if (written === 'e164') return right(said.value);
        if (written === 'digits') return right(said.value.slice(1));
        return said.value.startsWith(`+${callingCode}`)
          ? right(`${trunk}${said.value.slice(1 + (callingCode ?? '').length)}`)
          : wrong('not_exact', 'belongs to another country than the field');
      },
    };
  },
});

function fromNational(digits: string, callingCode: string, trunk: string): Coded {
  if (!digits.startsWith(trunk)) return wrong('ambiguous', `lacks the ${trunk} that is dialled inside the country`);
  return checked(`+${callingCode}${digits.slice(trunk.length)}`);
}

const checked = (number: string): Coded =>
  e164.test(number) ? right(number) : wrong('wrong_format', 'has too few or too many digits');
