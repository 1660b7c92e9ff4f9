import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { priceAlert } from "../../inngest/events";
import type { DeskContext } from "../context";
import { alertData } from "../lib/asked-events";
import { ask } from "./ask.server";
import { commandId } from "./form.server";
import type { CommandResult } from "./result";

const alertSchema = z.object({
  command_id: commandId,
  asset: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9]{2,12}$/, "2 to 12 letters or digits, such as ETH."),
  price: z
    .string()
    .trim()
    .regex(/^\d{1,12}(\.\d{1,12})?$/, "Write a price above 0 such as 2840.5.")
    .refine((text) => Number(text) > 0, "A price is above 0."),
  direction: z.enum(["long", "short"], { error: "Choose long or short." }),
});

/** Asks for a price alert under the command's own id. */
export function sendPriceAlert(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "send-price-alert",
    pausedBy: "trade",
    schema: alertSchema,
    event: priceAlert.name,
    data: alertData,
  });
}
