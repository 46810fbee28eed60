"""OpenTelemetry's own instrumentation of the OpenAI SDK. The argument is the transport: http or grpc."""

import os
import sys

from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

import openai_calls
from telemetry import Telemetry

if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

telemetry = Telemetry(OTLPSpanExporter())
OpenAIInstrumentor().instrument(tracer_provider=telemetry.provider)
openai_calls.run(os.environ["MODEL_API"], telemetry.provider.get_tracer("application"))
telemetry.end()
