"""OpenLLMetry. The argument is the SDK: openai or anthropic."""

import os
import sys

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from telemetry import Telemetry

telemetry = Telemetry(OTLPSpanExporter())
if sys.argv[1] == "anthropic":
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor as Instrumentor

    import anthropic_calls as calls
else:
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Instrumentor

    import openai_calls as calls

Instrumentor().instrument(tracer_provider=telemetry.provider)
calls.run(os.environ["MODEL_API"], telemetry.provider.get_tracer("application"))
telemetry.end()
