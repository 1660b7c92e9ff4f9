#!/usr/bin/env node
// The package is its TypeScript sources: tsx reads them as they are.
import { register } from "tsx/esm/api";

register();
await import("../src/main.ts");
