// Which passwords are taken: long enough and not among the first that anybody tries; nothing about signs and digits.
import { limits } from '../../core/limits.ts';

/** Why a password is not taken, as a sentence for the person who chose it; null when it is. `words` are what others know of her. */
export function passwordFault(password: string, words: readonly string[] = []): string | null {
  const length = [...password.normalize('NFKC')].length;
  if (length < limits.passwordCharsMin)
    return `Take at least ${limits.passwordCharsMin} characters; a sentence of 15 or more is better.`;
  if (length > limits.passwordCharsMax) return `Take at most ${limits.passwordCharsMax} characters.`;
  const plain = password.normalize('NFKC').toLowerCase();
  if (isGuessed(plain)) return 'This is among the first passwords that anybody tries. Take another one.';
  const known = words.map((word) => word.toLowerCase()).filter((word) => word.length >= 4);
  // A name with a few signs around it is guessed as soon as the name is.
  if (known.some((word) => plain.includes(word) && length - word.length < limits.passwordCharsMin))
    return 'It is little more than your name or address. Take another one.';
  return null;
}

/** What lists of broken passwords begin with, without the digits and signs people put behind. */
const guessed = new Set(
  'password passwort passw0rd p@ssword p@ssw0rd qwerty qwertyui qwertyuiop qwertz qwertzui azerty asdfgh asdfghjk asdfghjkl zxcvbnm welcome willkommen letmein iloveyou sunshine princess football baseball superman batman trustno1 dragon monkey shadow master hello changeme changeit secret default admin administrator root test testtest guest login abc abcd abcdef abcdefgh abcd1234 1q2w3e4r 1qaz2wsx q1w2e3r4 starwars michael jennifer computer whatever freedom interlock recruiting recruiter hiring spring summer autumn winter january february october november december monday company office'.split(
    ' ',
  ),
);

function isGuessed(plain: string): boolean {
  const stem = plain.replace(/^[^a-z@]+|[^a-z@]+$/g, '');
  if (guessed.has(plain) || guessed.has(stem)) return true;
  if (new Set(plain).size <= 2) return true;
  // "passwordpassword", "12341234".
  const half = plain.slice(0, plain.length / 2);
  return half.repeat(2) === plain || isRun(plain);
}

/** Every character is the next one of the alphabet or of the digits, up or down: "12345678", "abcdefgh". */
function isRun(plain: string): boolean {
  const steps = new Set<number>();
  for (let index = 1; index < plain.length; index += 1) {
    const step = plain.charCodeAt(index) - plain.charCodeAt(index - 1);
    // After 9 comes 0.
    steps.add(step === -9 ? 1 : step === 9 ? -1 : step);
  }
  return steps.size === 1 && Math.abs([...steps][0] ?? 0) === 1;
}
