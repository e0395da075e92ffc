"""A random one-layer Whisper, written as CTranslate2 keeps one: the real code path, nonsense for
words. Made without torch's or a hub's help, in about a second."""

import json

_WIDTH, _MELS, _BASE = 64, 80, 50_257


def tiny_whisper(request, tmp_path_factory):
    """The folder of the model; kept in pytest's cache, since making it takes a second or two."""
    cache = request.config.cache.mkdir("whisper-random-2") if request.config.cache else None
    folder = (cache or tmp_path_factory.mktemp("whisper")) / "model"
    if not (folder / "preprocessor_config.json").is_file():
        folder.mkdir(exist_ok=True)
        _save(folder, _tokenizer(folder))
        sizes = {"feature_size": _MELS, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
        (folder / "preprocessor_config.json").write_text(json.dumps(sizes | {"chunk_length": 30}))
    return folder


def _languages():
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return _LANGUAGE_CODES[:99]


def _tokenizer(folder):
    """Letters by the byte, the special tokens where Whisper has them; returns all tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f"filler{i}" for i in range(_BASE - len(letters)))]
    tokenizer = Tokenizer(models.BPE(vocab={w: i for i, w in enumerate(words)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|startoftranscript|>"]
    special += [f"<|{code}|>" for code in _languages()]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    special += ["<|nospeech|>", "<|notimestamps|>"]
    special += [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    return [*words, *special]


def _save(folder, tokens):
    import numpy as np
    from ctranslate2.specs import whisper_spec

    rng = np.random.default_rng(1)

    def some(*shape):
        return (0.02 * rng.standard_normal(shape)).astype(np.float32)

    def linear(spec, wide, deep):
        spec.weight, spec.bias = some(wide, deep), np.zeros(wide, np.float32)

    def norm(spec):
        spec.gamma, spec.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)

    def attention(spec, *widths):
        norm(spec.layer_norm)
        for one, wide in zip(spec.linear, widths, strict=True):
            linear(one, wide * _WIDTH, _WIDTH)

    def feed_forward(spec):
        norm(spec.layer_norm)
        linear(spec.linear_0, _WIDTH, _WIDTH)
        linear(spec.linear_1, _WIDTH, _WIDTH)

    spec = whisper_spec.WhisperSpec(1, 2, 1, 2)
    for conv, channels in ((spec.encoder.conv1, _MELS), (spec.encoder.conv2, _WIDTH)):
        conv.weight, conv.bias = some(_WIDTH, channels, 3), np.zeros(_WIDTH, np.float32)
    spec.encoder.position_encodings.encodings = some(1500, _WIDTH)
    spec.decoder.position_encodings.encodings = some(448, _WIDTH)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = some(len(tokens), _WIDTH)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    attention(spec.encoder.layer[0].self_attention, 3, 1)
    attention(spec.decoder.layer[0].self_attention, 3, 1)
    attention(spec.decoder.layer[0].attention, 1, 2, 1)
    feed_forward(spec.encoder.layer[0].ffn)
    feed_forward(spec.decoder.layer[0].ffn)
    config = spec.config
    config.suppress_ids, config.suppress_ids_begin = [], [220, _BASE]
    config.lang_ids = [_BASE + 2 + i for i in range(len(_languages()))]
    config.alignment_heads = [(0, 0)]
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
