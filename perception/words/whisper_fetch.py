"""Fetches the Whisper model beside the work, in a process of its own."""

import asyncio

from perception.child_process import end, start_module
from perception.words.recognition import WhisperConfig, whisper_model

DOWNLOAD = "perception.backends.whisper_download"


async def fetched(config: WhisperConfig, module: str = DOWNLOAD) -> str:
    """Return '' once the model is on the disk, or why it could not be fetched, for a person."""
    if whisper_model(config) is not None:
        return ""
    process = await start_module(module, config.model, config.folder, reads=False)
    try:
        async with asyncio.timeout(config.download_within_s):
            told, _ = await process.communicate()
    except TimeoutError:
        return f"it took longer than {config.download_within_s:.0f} s"
    finally:
        await end(process)
    if whisper_model(config) is not None:
        return ""
    return told.decode(errors="replace").strip() or "the download broke off"
