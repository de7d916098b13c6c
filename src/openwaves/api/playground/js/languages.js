// Languages that the server speaks: code, name, and the name by which voices list them.

export const LANGUAGES = [
  ["en", "English"],
  ["hi", "Hindi"],
  ["mr", "Marathi"],
  ["kn", "Kannada"],
  ["ta", "Tamil"],
  ["bn", "Bengali"],
  ["gu", "Gujarati"],
  ["te", "Telugu"],
  ["ml", "Malayalam"],
  ["pa", "Punjabi"],
  ["or", "Odia"],
  ["es", "Spanish"],
  ["de", "German"],
  ["fr", "French"],
  ["it", "Italian"],
  ["nl", "Dutch"],
  ["sv", "Swedish"],
  ["pt", "Portuguese"],
  ["ru", "Russian"],
  ["el", "Greek"],
  ["fi", "Finnish"],
  ["no", "Norwegian"],
  ["pl", "Polish"],
  ["ar", "Arabic"],
  ["zh", "Chinese"],
  ["id", "Indonesian"],
  ["ja", "Japanese"],
  ["ko", "Korean"],
  ["ms", "Malay"],
  ["tr", "Turkish"],
  ["vi", "Vietnamese"],
];

export const codeOf = (name) => LANGUAGES.find(([, known]) => known.toLowerCase() === String(name).toLowerCase())?.[0];
export const titled = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");
