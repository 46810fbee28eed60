// The AI SDK, each scenario of `model_api.py` once. The argument is the encoding of telemetry: json or protobuf.

import { createInterface } from "node:readline/promises";

import { createOpenAI } from "@ai-sdk/openai";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { embed, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const WAIT_MILLISECONDS = 600;
const prompt = "When does the harbour open?";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = process.argv[2] === "json" ? new JsonExporter() : new ProtobufExporter();
const kept = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME }),
  spanProcessors: [new BatchSpanProcessor(exporter), new SimpleSpanProcessor(kept)],
});
const experimental_telemetry = { isEnabled: true, tracer: provider.getTracer("ai") };

function openai(scenario) {
  return createOpenAI({ apiKey: "not-a-key", baseURL: `${process.env.MODEL_API}/${scenario}/v1` });
}

function asking(scenario, options) {
  const model = openai(scenario).chat(`scripted-${scenario}`);
  return { model, prompt, maxRetries: 0, experimental_telemetry, ...options };
}

function ask(scenario, options) {
  return generateText(asking(scenario, options));
}

async function stream(scenario) {
  for await (const part of streamText(asking(scenario)).fullStream) {
    if (part.type === "error") throw part.error;
  }
}

async function fails(promise) {
  const answered = await promise.then(
    () => true,
    () => false,
  );
  if (answered) throw new Error("a call did not fail");
}

await ask("chat");
await ask("cached");
await stream("stream");
const stop = new AbortController();
const abandoned = asking("abandoned", { abortSignal: stop.signal });
for await (const part of streamText(abandoned).fullStream) {
  if (part.type === "text-delta") stop.abort();
}
await embed({
  model: openai("embedding").embedding("scripted-embedding"),
  value: "The harbour",
  experimental_telemetry,
});
const opening_hours = tool({
  inputSchema: z.object({ place: z.string() }),
  execute: async () => "six",
});
await ask("tool", { tools: { opening_hours }, stopWhen: stepCountIs(2) });
await fails(ask("error_429"));
await fails(ask("error_500"));
await fails(ask("timeout", { abortSignal: AbortSignal.timeout(WAIT_MILLISECONDS) }));
await fails(stream("cut"));
await ask("retry", { maxRetries: 1 });
await Promise.all(Array.from({ length: 16 }, () => ask("concurrent")));

await provider.forceFlush();
console.log("sent");
const lines = createInterface({ input: process.stdin });
await lines[Symbol.asyncIterator]().next();
lines.close();
const again = await new Promise((done) => exporter.export(kept.getFinishedSpans(), done));
// 0 is success.
if (again.code !== 0) throw new Error("the exporter did not send the spans again", { cause: again.error });
await provider.shutdown();
