"""Makes a language model of 0.6 million random weights that babbles English words.

    .venv-vllm/bin/python tests/vllm/tiny_model.py FOLDER

Every byte is a token, so it reads anything; common words are tokens too, and a constant in the
last layer makes them likelier than bytes. So what it says is nonsense, but speakable nonsense, as
fast as a processor can. Weights come from a fixed seed.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

_TEXT = (
    "the a is are you it to of and or in on at for from with by my your this that there here "
    "please can could will would do not no yes be have has what who where when how we let "
    "know take may our if so just thank sorry hello welcome way door left right lift stairs "
    "first second floor room seat moment help find show name come go wait open close morning "
    "today later now then soon near far coffee water paper letter window garden light good "
    "fine warm kind quiet small large old new "
)
WORDS = tuple(_TEXT.split())
SPECIAL = ("<|begin|>", "<|end|>")
TEMPLATE = (
    "<|begin|>{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
LONGEST = 8192
TOWARD_WORDS = 7.0
"""How much likelier a word is than a byte, in logits."""
TOWARD_END = 8.0
"""And how much likelier the end of a string is, and that something follows."""


def tokenizer() -> PreTrainedTokenizerFast:
    """Bytes, and common words with the space before them."""
    space = "\u0120"  # how a byte-level tokenizer writes a space
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: i for i, piece in enumerate(alphabet)}
    merges = []
    for word in WORDS:
        made = space
        for letter in word:
            merges.append((made, letter))
            made += letter
            vocabulary.setdefault(made, len(vocabulary))
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=list(dict.fromkeys(merges))))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token=SPECIAL[0], eos_token=SPECIAL[1], pad_token=SPECIAL[1],
        chat_template=TEMPLATE, model_max_length=LONGEST,
    )  # fmt: skip


def model(tokens: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A Llama of two layers. vLLM wants heads of at least 64 numbers."""
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=LONGEST,
        mlp_bias=True, tie_word_embeddings=False, bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id, pad_token_id=tokens.pad_token_id,
    )  # fmt: skip
    made = LlamaForCausalLM(config)
    toward = torch.nn.functional.normalize(torch.randn(128), dim=0)
    words = [tokens.convert_tokens_to_ids("\u0120" + word) for word in WORDS]
    with torch.no_grad():
        made.model.layers[-1].mlp.down_proj.bias.copy_(20.0 * toward)
        made.lm_head.weight.normal_(0.0, 0.07)
        # The last norm scales what it gets to the length sqrt(128).
        made.lm_head.weight[words] += TOWARD_WORDS / 128**0.5 * toward
        ends = tokens.convert_tokens_to_ids(['"', ","])
        made.lm_head.weight[ends] += TOWARD_END / 128**0.5 * toward
    return made.to(torch.bfloat16)


def main(folder: Path) -> None:
    """Write tokenizer, weights and configuration as `vllm serve` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = tokenizer()
    made = model(tokens)
    made.save_pretrained(folder)
    tokens.save_pretrained(folder)
    count = sum(weight.numel() for weight in made.parameters())
    (folder / "about.json").write_text(json.dumps({"weights": count, "tokens": len(tokens)}))
    print(f"{count / 1e6:.2f} million random weights, {len(tokens)} tokens, in {folder}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
