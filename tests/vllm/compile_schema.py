"""Compiles the JSON Schema on its input by vLLM's grammar back-ends; runs in their environment.

Prints one line each: the back-end, and whether a reply on the second line of input is accepted.
"""

import json
import sys

import llguidance
import xgrammar
from transformers import AutoTokenizer


def main(folder: str) -> None:
    """Read schema and reply, compile, accept."""
    schema, reply = sys.stdin.read().splitlines()
    tokens = AutoTokenizer.from_pretrained(folder)
    info = xgrammar.TokenizerInfo.from_huggingface(tokens, vocab_size=len(tokens))
    compiled = xgrammar.GrammarCompiler(info).compile_json_schema(schema)
    taken = xgrammar.GrammarMatcher(compiled).accept_string(reply)
    print("xgrammar", "accepts" if taken else "refuses")  # noqa: T201
    grammar = llguidance.LLMatcher.grammar_from_json_schema(schema)
    fault = llguidance.LLMatcher.validate_grammar(grammar)
    print("guidance", fault or "accepts")  # noqa: T201
    json.loads(reply)


if __name__ == "__main__":
    main(sys.argv[1])
