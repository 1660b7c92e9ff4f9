import { createHash, createHmac } from "node:crypto";

/** A number from 0 up to 1 that is always the same for the same words. */
export function chance(...words: (string | number)[]): number {
  return createHash("sha256").update(words.join("|")).digest().readUInt32BE(0) / 2 ** 32;
}
export const token = (...words: (string | number)[]): string =>
  createHash("sha256").update(words.join("|")).digest("hex");

const BASE: Record<string, number> = { BTC: 64_000, ETH: 2_850, SOL: 150, DOGE: 0.12, AVAX: 28 };
const HOUR_MS = 3_600_000;

/** A market price that moves with the hours, the same for the same seed and moment; a decimal string. */
export function priceAt(seed: string, asset: string, at: number): string {
  const base = BASE[asset] ?? 10 + chance(asset) * 90;
  const hour = Math.floor(at / HOUR_MS);
  const share = (at % HOUR_MS) / HOUR_MS;
  const wave = (h: number) =>
    Math.sin(h / 17 + chance(seed, asset) * 6) * 0.04 + (chance(seed, asset, h) - 0.5) * 0.01;
  return (base * (1 + wave(hour) * (1 - share) + wave(hour + 1) * share)).toFixed(base < 1 ? 5 : 2);
}

/** The seed of a bet, and the promise made of it before the bet. */
export const serverSeed = (seed: string, nonce: number): string => token("server seed", seed, nonce);
export const promiseOf = (serverSeedHex: string): string =>
  createHash("sha256").update(serverSeedHex, "utf8").digest("hex");
/** From 0 up to 1: the first 52 bits of the seeds' HMAC. */
export function rollFor(serverSeedHex: string, clientSeed: string, nonce: number): number {
  const mac = createHmac("sha256", serverSeedHex).update(`${clientSeed}:${nonce}`).digest();
  return Number(mac.readBigUInt64BE(0) >> 12n) / 2 ** 52;
}
