"""What the scripted API answers to a call."""

from dataclasses import dataclass
from typing import Callable, Optional


@dataclass
class Answer:
    provider: str
    model: str
    body: dict
    # The events of a stream, each as text, where the request asks for a stream.
    events: Optional[list]
    # The tokens that the client was told, with the cache; None where it was not told.
    told_input: Optional[int]
    told_output: Optional[int]
    # The input tokens that the first event of a stream tells.
    told_first: Optional[int]
    # Makes the body of a refusal.
    error: Callable[[int], dict]


TEXT = "The harbour opens at six."
TOOL = {"name": "opening_hours", "arguments": {"place": "harbour"}}
