"""What a voice says about itself: a sentence in each language of the catalogue."""

PREVIEW_TEXTS = {
    "en": "Hello! This is how I sound. I can read stories, answer calls, and tell you the news.",
    "hi": "नमस्ते! मेरी आवाज़ ऐसी है। मैं कहानियाँ पढ़ सकती हूँ और आपके सवालों के जवाब दे सकती हूँ।",
    "mr": "नमस्कार! माझा आवाज असा आहे. आज हवामान खूप छान आहे.",
    "kn": "ನಮಸ್ಕಾರ! ನನ್ನ ಧ್ವನಿ ಹೀಗಿದೆ. ಇಂದು ಹವಾಮಾನ ತುಂಬಾ ಚೆನ್ನಾಗಿದೆ.",
    "ta": "வணக்கம்! என் குரல் இப்படித்தான் இருக்கும். இன்று வானிலை மிகவும் நன்றாக இருக்கிறது.",
    "bn": "নমস্কার! আমার কণ্ঠ এই রকম। আজ আবহাওয়া খুব সুন্দর।",
    "gu": "નમસ્તે! મારો અવાજ આવો છે. આજે હવામાન ખૂબ સરસ છે.",
    "te": "నమస్కారం! నా గొంతు ఇలా ఉంటుంది. ఈ రోజు వాతావరణం చాలా బాగుంది.",
    "ml": "നമസ്കാരം! എന്റെ ശബ്ദം ഇങ്ങനെയാണ്. ഇന്ന് കാലാവസ്ഥ വളരെ നല്ലതാണ്.",
    "pa": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ! ਮੇਰੀ ਆਵਾਜ਼ ਇਸ ਤਰ੍ਹਾਂ ਹੈ। ਅੱਜ ਮੌਸਮ ਬਹੁਤ ਵਧੀਆ ਹੈ।",
    "or": "ନମସ୍କାର! ମୋର ସ୍ୱର ଏହିପରି। ଆଜି ପାଗ ବହୁତ ଭଲ ଅଛି।",
    "es": "¡Hola! Así suena mi voz. Puedo leer historias y contestar llamadas.",
    "fr": "Bonjour ! Voici ma voix. Je peux lire des histoires et répondre au téléphone.",
    "it": "Ciao! Questa è la mia voce. Posso leggere storie e rispondere alle chiamate.",
    "pt": "Olá! Esta é a minha voz. Posso ler histórias e atender chamadas.",
    "de": "Hallo! So klingt meine Stimme. Ich kann Geschichten lesen und Anrufe beantworten.",
    "ja": "こんにちは。わたしのこえは、こんなかんじです。どうぞよろしくおねがいします。",
    "zh": "你好!这就是我的声音。我可以读故事,也可以接电话。",
}
"""Language code to sentence, for every first language of a voice."""

SECOND_PREVIEW_TEXT = "Your table for four is booked for half past seven on Friday. Would you like to add anything?"
"""What a cloned voice says in English after its first sentence."""
