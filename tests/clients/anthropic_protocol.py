"""Answers in the protocol of Anthropic."""

import json

from answer import TEXT, TOOL, Answer


def error(status):
    kind = "rate_limit_error" if status == 429 else "api_error"
    return {"type": "error", "error": {"type": kind, "message": "as the script says"}}


def wants_tool(request):
    """A tool is called where one is offered and has not answered yet."""
    blocks = [
        block
        for message in request["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
    ]
    answered = any(block.get("type") == "tool_result" for block in blocks)
    return bool(request.get("tools")) and not answered


def message(request, *, number, model, input_tokens, output_tokens, cache_read, cache_write):
    # This protocol counts the cache apart from the input.
    usage = {
        "input_tokens": input_tokens - cache_read - cache_write,
        "output_tokens": output_tokens,
        "cache_read_input_tokens": cache_read,
        "cache_creation_input_tokens": cache_write,
    }
    block, finish = {"type": "text", "text": TEXT}, "end_turn"
    if wants_tool(request):
        finish = "tool_use"
        block = {
            "type": "tool_use",
            "id": f"toolu_{number}",
            "name": TOOL["name"],
            "input": TOOL["arguments"],
        }
    body = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": finish,
        "stop_sequence": None,
        "usage": usage,
    }
    return Answer(
        provider="anthropic",
        model=model,
        body=body,
        events=stream(body) if request.get("stream") else None,
        told_input=input_tokens,
        told_output=output_tokens,
        told_first=input_tokens,
        error=error,
    )


def stream(body):
    block = body["content"][0]
    if block["type"] == "text":
        empty = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    begun = {**body, "content": [], "stop_reason": None}
    # At the start of a stream the API has counted the input, and no output yet.
    begun["usage"] = {**body["usage"], "output_tokens": 1}
    ended = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    output = {"output_tokens": body["usage"]["output_tokens"]}
    events = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": output},
        {"type": "message_stop"},
    ]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
