"""Speech to speech: a conversation over listening, chat and speaking.

    sound ─► stt.session ─► turns.step ─► answer (llm.chat ─► tts.synthesis) ─► turns.step ─► what the client is told

``told`` is all that comes out, ``events`` what happens, ``turns`` the pure machine that decides, ``session`` performs
what it decides.
No wire is known here: Hydra and Realtime are renderings of the same outputs (``openwaves.api``).
"""
