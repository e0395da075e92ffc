"""A random one-layer Whisper: the real code path, nonsense for words."""

import os
import subprocess
import sys

_MAKE = """
import json, sys
from transformers import PreTrainedTokenizerFast, WhisperConfig, WhisperFeatureExtractor
from transformers import WhisperForConditionalGeneration
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from faster_whisper.tokenizer import _LANGUAGE_CODES
import torch

folder = sys.argv[1]
letters = sorted(pre_tokenizers.ByteLevel.alphabet())
words = {c: i for i, c in enumerate(letters)}
words |= {f"filler{i}": len(words) + i for i in range(50257 - len(words))}
tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
special = ["<|endoftext|>", "<|startoftranscript|>"]
special += [f"<|{code}|>" for code in _LANGUAGE_CODES][:99]
special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
special += ["<|nospeech|>", "<|notimestamps|>"]
special += [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
tokenizer.add_special_tokens(special)
tokenizer.save(f"{folder}/tokenizer.json")
PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
torch.manual_seed(1)
config = WhisperConfig(
    vocab_size=tokenizer.get_vocab_size(), d_model=64, num_mel_bins=80, encoder_layers=1,
    decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
    decoder_ffn_dim=64, decoder_start_token_id=50258, eos_token_id=50257, pad_token_id=50257,
    bos_token_id=50257, begin_suppress_tokens=[220], suppress_tokens=[],
)
model = WhisperForConditionalGeneration(config)
model.generation_config.alignment_heads = [[0, 0]]
languages = list(_LANGUAGE_CODES)[:99]
model.generation_config.lang_to_id = {f"<|{c}|>": 50259 + i for i, c in enumerate(languages)}
model.generation_config.suppress_tokens = []
model.save_pretrained(folder)
WhisperFeatureExtractor(feature_size=80).save_pretrained(folder)
"""


def tiny_whisper(request, tmp_path_factory):
    """The folder of the model; kept in pytest's cache, since making it takes seconds."""
    cache = request.config.cache.mkdir("whisper-random-1") if request.config.cache else None
    folder = cache or tmp_path_factory.mktemp("whisper")
    if not (folder / "model" / "model.bin").is_file():
        source = tmp_path_factory.mktemp("whisper-source")
        make = [sys.executable, "-c", _MAKE, str(source)]
        converter = [sys.executable, "-m", "ctranslate2.converters.transformers"]
        convert = [*converter, "--model", str(source), "--output_dir", str(folder / "model")]
        convert += ["--copy_files", "tokenizer.json", "preprocessor_config.json"]
        convert += ["--quantization", "int8", "--force"]
        for command in (make, convert):
            done = subprocess.run(
                command, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"}
            )
            assert done.returncode == 0, done.stderr[-2000:]
    return folder / "model"
