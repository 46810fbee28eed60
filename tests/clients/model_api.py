"""A model API that answers by script, in the protocols of OpenAI and Anthropic.

The base URL of a client is `http://ADDRESS/SCENARIO`, so the path says what happens to a call:

- `error_429`, `error_500`: refused each time
- `retry`: refused with 429 once, then answered
- `timeout`: no answer while the client waits
- `cut`: the connection ends in the middle of a stream
- `abandoned`: a stream that goes on until the client ends the connection
- `cached`: a part of the input is read from and written to a cache
- anything else: answered, as a stream and with a call of a tool where the request asks for one

Each call has other counts of tokens, so a call that is taken for another one shows. Each line of the log is
a call as this API saw it. The first line of standard output is the port.

    python model_api.py LOG
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic_protocol
import openai_protocol

PROTOCOLS = {
    "/v1/chat/completions": openai_protocol.chat,
    "/v1/embeddings": openai_protocol.embedding,
    "/v1/messages": anthropic_protocol.message,
}
# Longer than any client of the scripts waits.
SILENCE_SECONDS = 3.0
# In the answer to a refused call: clients that try again need not wait long.
RETRY_AFTER = {"retry-after-ms": "10", "retry-after": "0"}
CACHE_READ, CACHE_WRITE = 40, 20


class Log:
    """The calls so far, numbered."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.calls = 0
        self.of_scenario = {}

    def number(self, scenario):
        """The number of a call: of all calls, and of its scenario."""
        with self.lock:
            self.calls += 1
            of_scenario = self.of_scenario.get(scenario, 0)
            self.of_scenario[scenario] = of_scenario + 1
            return self.calls, of_scenario

    def write(self, call):
        with self.lock:
            self.file.write(json.dumps(call) + "\n")
            self.file.flush()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None

    def do_POST(self):
        _, scenario, path = self.path.split("?")[0].split("/", 2)
        body = self.rfile.read(int(self.headers["content-length"]))
        protocol = PROTOCOLS.get("/" + path)
        if protocol is None:
            self.send_error(404, "no such endpoint")
            return
        request = json.loads(body)
        number, of_scenario = self.log.number(scenario)
        cached = scenario == "cached"
        answer = protocol(
            request,
            number=number,
            model=request["model"] + "-2026-11-01",
            input_tokens=100 + number,
            output_tokens=10 + number,
            cache_read=CACHE_READ if cached else 0,
            cache_write=CACHE_WRITE if cached else 0,
        )
        call = {
            "scenario": scenario,
            "provider": answer.provider,
            "asked": request["model"],
            "answered": None,
            "outcome": "answered",
            "input_tokens": None,
            "output_tokens": None,
        }
        if scenario in ("error_429", "error_500") or (scenario == "retry" and of_scenario == 0):
            status = 500 if scenario == "error_500" else 429
            call["outcome"] = f"refused {status}"
            self.log.write(call)
            self.respond(status, json.dumps(answer.error(status)).encode(), RETRY_AFTER)
        elif scenario == "timeout":
            call["outcome"] = "timeout"
            self.log.write(call)
            time.sleep(SILENCE_SECONDS)
            self.close_connection = True
        elif scenario == "cut":
            call.update(outcome="cut", answered=answer.model, input_tokens=answer.told_first)
            self.log.write(call)
            self.begin_stream()
            self.chunk(answer.events[0])
            self.close_connection = True
        elif scenario == "abandoned":
            call.update(outcome="abandoned", answered=answer.model, input_tokens=answer.told_first)
            self.begin_stream()
            self.chunk(answer.events[0])
            self.connection.settimeout(SILENCE_SECONDS)
            # Nothing more is read where the client closes the connection.
            if self.connection.recv(1):
                call["outcome"] = "not abandoned"
            self.log.write(call)
            self.close_connection = True
        else:
            call.update(
                answered=answer.model,
                input_tokens=answer.told_input,
                output_tokens=answer.told_output,
            )
            self.log.write(call)
            if answer.events is None:
                self.respond(200, json.dumps(answer.body).encode(), {})
            else:
                self.begin_stream()
                for event in answer.events:
                    self.chunk(event)
                self.wfile.write(b"0\r\n\r\n")

    def respond(self, status, body, headers):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_):
        """The log of calls is enough."""


def main():
    Handler.log = Log(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
