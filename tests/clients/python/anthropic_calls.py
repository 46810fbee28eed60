"""Calls of the Anthropic SDK, each scenario of `model_api.py` once."""

from concurrent.futures import ThreadPoolExecutor

import anthropic

API_KEY = "not-a-key"
WAIT_SECONDS = 0.6
MESSAGES = [{"role": "user", "content": "When does the harbour open?"}]
TOOLS = [
    {
        "name": "opening_hours",
        "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}},
    }
]


def run(api, tracer):
    def client(scenario, retries=0):
        return anthropic.Anthropic(
            api_key=API_KEY,
            base_url=f"{api}/{scenario}",
            max_retries=retries,
            timeout=WAIT_SECONDS if scenario == "timeout" else 10,
        )

    def ask(scenario, client, messages=MESSAGES, **options):
        return client.messages.create(
            model=f"scripted-{scenario}", max_tokens=64, messages=messages, **options
        )

    def stream(scenario):
        for _ in ask(scenario, client(scenario), stream=True):
            pass

    def expect(error, call, *arguments, **options):
        try:
            call(*arguments, **options)
        except error:
            return
        raise AssertionError(f"{arguments[0]}: no {error}")

    ask("chat", client("chat"))
    ask("cached", client("cached"))
    stream("stream")
    for _ in (abandoned := ask("abandoned", client("abandoned"), stream=True)):
        break
    abandoned.close()

    with tracer.start_as_current_span("a question"):
        with_tool = client("tool")
        first = ask("tool", with_tool, tools=TOOLS)
        call = first.content[0]
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "six"}
        turn = {"role": "assistant", "content": [call.model_dump(exclude_none=True)]}
        messages = [*MESSAGES, turn, {"role": "user", "content": [result]}]
        ask("tool", with_tool, messages, tools=TOOLS)

    expect(anthropic.RateLimitError, ask, "error_429", client("error_429"))
    expect(anthropic.InternalServerError, ask, "error_500", client("error_500"))
    expect(anthropic.APITimeoutError, ask, "timeout", client("timeout"))
    # The SDK passes the error of its HTTP library on.
    expect(Exception, stream, "cut")
    ask("retry", client("retry", retries=1))

    shared = client("concurrent")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask("concurrent", shared), range(16)))
