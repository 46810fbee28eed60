"""The Anthropic SDK alone: it makes spans where the application has a tracer provider."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

import anthropic_calls
from telemetry import Telemetry

telemetry = Telemetry(OTLPSpanExporter())
anthropic_calls.run(os.environ["MODEL_API"], telemetry.provider.get_tracer("application"))
telemetry.end()
