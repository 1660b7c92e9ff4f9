import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { readMarket } from "../../domain/markets";
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
    .superRefine((named, context) => {
      const read = readMarket(named);
      if ("why" in read)
        context.addIssue({ code: "custom", message: `Write a market such as ETH: ${read.why}.` });
    }),
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
