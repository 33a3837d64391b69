/**
 * A recording in the address: deflated, base64url, behind "#". Nothing leaves the machine: browsers do not send the fragment.
 * What comes in is checked as if an enemy had written it: its length first, then how much it may unpack to, then (in the worker) its content.
 */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import type { LinkError } from './protocol.ts';

export type Theme = 'light' | 'dark';
export interface SharedLink {
  readonly recording: string;
  readonly language?: 'en' | 'zh';
  readonly theme?: Theme;
}

/** Of the link; 1 MB is refused before anything is unpacked. */
export const MOST_CHARACTERS = 200_000;
/** Of the unpacked recording: a bomb ends here. */
const MOST_BYTES = 4_000_000;
/** Easy to scan, and safe in every mail program and chat. */
export const EASY_TO_SCAN = 800;
export const SAFE_EVERYWHERE = 2_000;

const FORMAT = '1';

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The fragment, with its "#". */
export function toFragment({ recording, language, theme }: SharedLink): string {
  return `#${FORMAT}.${language ?? '-'}.${theme === undefined ? '-' : theme.slice(0, 1)}.${toBase64Url(deflateSync(strToU8(recording), { level: 9 }))}`;
}

/** undefined: the address holds no recording at all. */
export function fromFragment(hash: string): SharedLink | { readonly error: LinkError } | undefined {
  const text = hash.startsWith('#') ? hash.slice(1) : hash;
  if (text === '') return undefined;
  if (text.length > MOST_CHARACTERS) return { error: { code: 'link.tooLong', args: { characters: text.length, most: MOST_CHARACTERS } } };
  const parts = text.split('.');
  if (parts.length !== 4 || !/^\d+$/.test(parts[0]!)) return { error: { code: 'link.notALink', args: {} } };
  if (parts[0] !== FORMAT) return { error: { code: 'link.otherFormat', args: { format: parts[0]! } } };
  const [, language, theme, data] = parts as [string, string, string, string];
  let bytes: Uint8Array;
  try {
    if (!/^[A-Za-z0-9_-]+$/.test(data)) throw new Error('alphabet');
    bytes = fromBase64Url(data);
  } catch {
    return { error: { code: 'link.damaged', args: {} } };
  }
  let recording: string;
  try {
    const unpacked = inflateSync(bytes, { out: new Uint8Array(MOST_BYTES) });
    if (unpacked.length >= MOST_BYTES) return { error: { code: 'link.tooMuch', args: { most: MOST_BYTES } } };
    recording = strFromU8(unpacked);
  } catch {
    return { error: { code: 'link.truncated', args: {} } };
  }
  return { recording, ...(language === 'en' || language === 'zh' ? { language } : {}), ...(theme === 'l' ? { theme: 'light' as const } : theme === 'd' ? { theme: 'dark' as const } : {}) };
}
