import { customType } from "drizzle-orm/sqlite-core";
import type { MicroUsdc } from "../../domain/money";

/** Integer micro-USDC. The connection reads every integer as a bigint; this one stays a bigint. */
export const micro = customType<{ data: MicroUsdc; driverData: bigint }>({
  dataType: () => "integer",
  toDriver: (value) => value,
  fromDriver: (value) => BigInt(value),
});

/** Any other integer: a count, a version, milliseconds since the epoch (UTC). */
export const int = customType<{ data: number; driverData: bigint | number }>({
  dataType: () => "integer",
  toDriver: (value) => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
    return value;
  },
  fromDriver: (value) => Number(value),
});

/** 0 or 1. */
export const flag = customType<{ data: boolean; driverData: bigint | number }>({
  dataType: () => "integer",
  toDriver: (value) => (value ? 1 : 0),
  fromDriver: (value) => Number(value) === 1,
});

/** Any JSON value, kept as text. Parsed by who reads it. */
export const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => "text",
  toDriver: (value) => JSON.stringify(value ?? null),
  fromDriver: (value) => JSON.parse(value) as unknown,
});
