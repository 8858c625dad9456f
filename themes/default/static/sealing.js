// The sealing format in the browser, as docs/sealing.md describes it: codes, keys, sealed messages. WebCrypto only.
"use strict";

(() => {
  const VERSION = "1";
  const utf8 = new TextEncoder();

  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at += 1) out[at] = raw.charCodeAt(at);
    return out;
  }

  /** Each field after its length in four bytes. */
  function fields(list) {
    const parts = list.map((field) => utf8.encode(field));
    const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
    const view = new DataView(out.buffer);
    let at = 0;
    for (const part of parts) {
      view.setUint32(at, part.length);
      out.set(part, at + 4);
      at += 4 + part.length;
    }
    return out;
  }

  const hkdfKey = (raw) => crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits", "deriveKey"]);
  const expand = (key, salted, info, length) =>
    crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: salted, info: utf8.encode(info) }, key, 8 * length);

  /** Opens a sealed message; throws when the key is another one or anything was changed. */
  async function open(key, tag, data, about) {
    const both = new Uint8Array(await expand(key, bytes(tag), "storebook message", 44));
    const cipher = await crypto.subtle.importKey("raw", both.subarray(0, 32), "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: both.subarray(32), additionalData: fields(about) };
    const packed = new Uint8Array(await crypto.subtle.decrypt(algorithm, cipher, bytes(data)));
    const length = new DataView(packed.buffer).getUint32(0);
    const stream = new Blob([packed.subarray(4, 4 + length)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  }

  // ---- Codes ----

  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  class Mistake extends Error {
    constructor(word, values = {}) {
      super(word);
      this.word = word;
      this.values = values;
    }
  }

  /** The 26 characters of a code, however it was typed; the check digit is the 27th. */
  function read(typed) {
    const plain = typed
      .slice(typed.lastIndexOf("#") + 1)
      .normalize("NFKC")
      .replace(/[\s\-_.·\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]/g, "")
      .toUpperCase()
      .replace(/O/g, "0")
      .replace(/[IL]/g, "1");
    const letters = [...plain];
    const wrong = letters.findIndex((letter) => !ALPHABET.includes(letter));
    if (wrong >= 0) throw new Mistake("letter", { letter: letters[wrong], n: wrong + 1 });
    if (letters.length !== 27) throw new Mistake("length", { n: letters.length });
    const digits = letters.map((letter) => ALPHABET.indexOf(letter));
    const timesX = (value) => (value & 16 ? ((value << 1) & 31) ^ 5 : value << 1);
    const check = digits.slice(0, 26).reduce((sum, digit) => timesX(sum ^ digit), 0);
    if (check !== digits[26] || digits[0] > 7) throw new Mistake("check");
    return plain.slice(0, 26);
  }

  /** What a code leads to: the name of a keyring and the key that opens it. */
  async function unlockOf(letters, salt) {
    const raw = await crypto.subtle.importKey("raw", utf8.encode(letters), "PBKDF2", false, ["deriveBits"]);
    const given = Uint8Array.from(salt.match(/../g), (pair) => parseInt(pair, 16));
    const salted = new Uint8Array([...utf8.encode("storebook code "), ...given]);
    const stretched = await hkdfKey(
      await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: salted, iterations: 600000 }, raw, 256),
    );
    const none = new Uint8Array();
    const id = new Uint8Array(await expand(stretched, none, "storebook keyring name", 16));
    return {
      id: Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      key: await hkdfKey(await expand(stretched, none, "storebook keyring key", 32)),
    };
  }

  self.storebookSealing = { VERSION, Mistake, bytes, hkdfKey, open, read, unlockOf };
})();
