"""Answers in the protocol of OpenAI."""

import json

from answer import TEXT, TOOL, Answer


def error(status):
    kind = "rate_limit_exceeded" if status == 429 else "server_error"
    return {"error": {"message": "as the script says", "type": kind, "code": kind, "param": None}}


def usage_of(input_tokens, output_tokens, cache_read):
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "prompt_tokens_details": {"cached_tokens": cache_read},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def wants_tool(request):
    """A tool is called where one is offered and has not answered yet."""
    answered = any(message["role"] == "tool" for message in request["messages"])
    return bool(request.get("tools")) and not answered


def chat(request, *, number, model, input_tokens, output_tokens, cache_read, cache_write):
    # The protocol does not tell of writes to the cache.
    usage = usage_of(input_tokens, output_tokens, cache_read)
    tool = wants_tool(request)
    message = {"role": "assistant", "content": None if tool else TEXT}
    if tool:
        function = {"name": TOOL["name"], "arguments": json.dumps(TOOL["arguments"])}
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
    finish = "tool_calls" if tool else "stop"
    head = {"id": f"chatcmpl-{number}", "created": 1790000000, "model": model}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
    events, told = None, True
    if request.get("stream"):
        told = bool((request.get("stream_options") or {}).get("include_usage"))
        events = stream(head, message, finish, usage if told else None)
    return Answer(
        provider="openai",
        model=model,
        body=body,
        events=events,
        told_input=input_tokens if told else None,
        told_output=output_tokens if told else None,
        told_first=None,
        error=error,
    )


def stream(head, message, finish, usage):
    delta = dict(message)
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": 0, **call} for call in delta["tool_calls"]]
    parts = [
        [{"index": 0, "delta": delta, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": finish}],
    ]
    chunks = [{**head, "object": "chat.completion.chunk", "choices": choices} for choices in parts]
    if usage is not None:
        chunks.append({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
    return [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks] + ["data: [DONE]\n\n"]


def embedding(_request, *, number, model, input_tokens, output_tokens, cache_read, cache_write):
    del number, output_tokens, cache_read, cache_write
    vector = {"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}
    usage = {"prompt_tokens": input_tokens, "total_tokens": input_tokens}
    body = {"object": "list", "model": model, "data": [vector], "usage": usage}
    return Answer(
        provider="openai",
        model=model,
        body=body,
        events=None,
        told_input=input_tokens,
        told_output=None,
        told_first=None,
        error=error,
    )
