"""Calls of the OpenAI SDK, each scenario of `model_api.py` once."""

from concurrent.futures import ThreadPoolExecutor

import openai

API_KEY = "not-a-key"
WAIT_SECONDS = 0.6
MESSAGES = [{"role": "user", "content": "When does the harbour open?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "opening_hours",
            "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
        },
    }
]


def run(api, tracer):
    def client(scenario, retries=0):
        return openai.OpenAI(
            api_key=API_KEY,
            base_url=f"{api}/{scenario}/v1",
            max_retries=retries,
            timeout=WAIT_SECONDS if scenario == "timeout" else 10,
        )

    def ask(scenario, client, messages=MESSAGES, **options):
        return client.chat.completions.create(
            model=f"scripted-{scenario}", messages=messages, **options
        )

    def stream(scenario, **options):
        for _ in ask(scenario, client(scenario), stream=True, **options):
            pass

    def expect(error, call, *arguments, **options):
        try:
            call(*arguments, **options)
        except error:
            return
        raise AssertionError(f"{arguments[0]}: no {error}")

    ask("chat", client("chat"))
    ask("cached", client("cached"))
    stream("stream", stream_options={"include_usage": True})
    stream("stream_without_usage")
    for _ in (abandoned := ask("abandoned", client("abandoned"), stream=True)):
        break
    abandoned.close()
    client("embedding").embeddings.create(model="scripted-embedding", input="The harbour")

    with tracer.start_as_current_span("a question"):
        with_tool = client("tool")
        first = ask("tool", with_tool, tools=TOOLS).choices[0].message
        call = first.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call.id, "content": "six"}
        messages = [*MESSAGES, first.model_dump(exclude_none=True), result]
        ask("tool", with_tool, messages, tools=TOOLS)

    expect(openai.RateLimitError, ask, "error_429", client("error_429"))
    expect(openai.InternalServerError, ask, "error_500", client("error_500"))
    expect(openai.APITimeoutError, ask, "timeout", client("timeout"))
    # The SDK passes the error of its HTTP library on.
    expect(Exception, stream, "cut")
    ask("retry", client("retry", retries=1))

    shared = client("concurrent")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask("concurrent", shared), range(16)))
