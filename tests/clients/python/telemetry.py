"""A tracer provider as applications set it up, and the conversation with `cargo xtask clients`."""

import sys

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Telemetry:
    """Sends spans by the exporter, which reads OTEL_EXPORTER_OTLP_ENDPOINT, and keeps them to send them again."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.kept = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self.provider.add_span_processor(SimpleSpanProcessor(self.kept))
        # Some SDKs make spans of their own by the global provider.
        trace.set_tracer_provider(self.provider)

    def end(self):
        """Sends everything, says so, waits for a line, and sends everything again."""
        if not self.provider.force_flush():
            sys.exit("the exporter did not send the spans")
        print("sent", flush=True)
        if not sys.stdin.readline():
            sys.exit("nobody asked to send again")
        spans = self.kept.get_finished_spans()
        if self.exporter.export(spans) is not SpanExportResult.SUCCESS:
            sys.exit("the exporter did not send the spans again")
        self.provider.shutdown()
