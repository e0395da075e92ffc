"""Where a language model server is and how long it is waited for."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ModelServerConfig(BaseModel):
    """A language model behind an OpenAI-compatible address: vLLM, llama.cpp, Ollama, hosted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        "", description="Base address such as `http://127.0.0.1:8000/v1`; empty: none."
    )
    model: str = Field(
        "", description="Name of the model as the server knows it; empty: its first."
    )
    api_key_env: str = Field("", description="Environment variable that holds the key, if any.")
    prompts: Path | None = Field(
        None,
        description="Folder with `receptionist.md` or `turn.md` of your own; what is not in it, or"
        " empty: those of the package.",
    )
    first_clause_s: float = Field(
        1.2,
        gt=0,
        le=30,
        description="Without a first clause by then the embedded dialogue answers.",
    )
    whole_s: float = Field(8.0, gt=0, le=120, description="How long a whole reply may take.")
    max_tokens: int = Field(300, ge=32, le=4000, description="Longest reply, in tokens.")
    temperature: float = Field(0.3, ge=0, le=2, description="0: always the likeliest words.")
    seed: int | None = Field(
        None, description="The same words for the same prompt, where the server knows seeds."
    )
    context_tokens: int = Field(
        3000,
        ge=500,
        le=100_000,
        description="Prompt and reply together, as the server's tokenizer counts; the oldest turns"
        " are dropped. The model's own bound counts where it is lower.",
    )
    transcript_tokens: int = Field(
        300,
        ge=0,
        le=10_000,
        description="So much of the prompt may tell what was seen and heard of the visitor.",
    )
    structured: bool = Field(True, description="Ask the server to decode by the reply's schema.")
    failures: int = Field(2, ge=1, le=20, description="Failures in a row before it is left alone.")
    retry_after_s: float = Field(
        10.0,
        gt=0,
        le=3600,
        description="Pause before it is tried again; doubles up to two minutes.",
    )
