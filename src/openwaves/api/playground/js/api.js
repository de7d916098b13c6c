// The wire as the page uses it: the key of this tab, requests, sockets, and whether the server is there.

const STORED = "openwaves.key";
const ADMIN = "openwaves.admin";
const TOKEN_S = 300;
const events = new EventTarget();

/** Where the server is: a proxy may offer it under a path. This file is two folders below. */
export const base = new URL("../../", import.meta.url);
export const at = (path) => new URL(path.slice(1), base).href;

export class ApiError extends Error {
  constructor(status, message, retryAfterS) {
    super(message);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** The key of this tab; gone with the tab. */
export const session = {
  get key() {
    return sessionStorage.getItem(STORED) ?? "";
  },
  set key(value) {
    value ? sessionStorage.setItem(STORED, value) : sessionStorage.removeItem(STORED);
    token.secret = "";
  },
  get adminKey() {
    return sessionStorage.getItem(ADMIN) ?? "";
  },
  set adminKey(value) {
    value ? sessionStorage.setItem(ADMIN, value) : sessionStorage.removeItem(ADMIN);
  },
};

export const on = (name, handler) => {
  const listener = (event) => handler(event.detail);
  events.addEventListener(name, listener);
  return () => events.removeEventListener(name, listener);
};
const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

/** What went wrong, in the words of whichever route it was. */
function wordsOf(body, status) {
  if (body && typeof body === "object") {
    for (const value of [body.message, body.error?.message, body.error])
      if (typeof value === "string" && value) return value;
  }
  return `The server answered with ${status}.`;
}

async function ask(path, { method = "GET", body, form, raw, key = session.key, signal, keepalive, type } = {}) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (type) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(at(path), {
      method,
      headers,
      body: body === undefined ? (form ?? raw) : JSON.stringify(body),
      signal,
      keepalive,
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    server.look();
    throw new ApiError(0, "The server does not answer. Is it still running?");
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  if (answer.status === 401 && key === session.key && key) emit("signed-out", "This key is not valid any more.");
  throw new ApiError(answer.status, wordsOf(told, answer.status), Number(answer.headers.get("Retry-After")) || 0);
}

export const getJson = async (path, options) => (await ask(path, options)).json();
export const getBytes = async (path, options) => (await ask(path, options)).arrayBuffer();

/** Send a file and follow how much of it has left: `fetch` does not tell. */
export function upload(path, body, { type, onprogress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", at(path));
    request.setRequestHeader("Authorization", `Bearer ${session.key}`);
    if (type) request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => onprogress?.(event.loaded / Math.max(1, event.total));
    request.onload = () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        /* not JSON */
      }
      if (request.status < 300) resolve(told);
      else reject(new ApiError(request.status, wordsOf(told, request.status)));
    };
    request.onerror = () => {
      server.look();
      reject(new ApiError(0, "The server does not answer. Is it still running?"));
    };
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

/** Whether a key opens this server; raises what the server says if not. */
export const check = (key) => getJson("/waves/v1/lightning-v3.1/get_voices", { key });

// A browser puts the key of a socket into its address. What stands there is a token that ends after minutes.
const token = { secret: "", until: 0 };

async function socketSecret() {
  if (session.key.startsWith("wat_")) return session.key;
  if (!token.secret || Date.now() > token.until) {
    const made = await getJson("/waves/v1/auth/token", { method: "POST", body: { ttl_seconds: TOKEN_S } });
    token.secret = made.access_token;
    token.until = Date.now() + 800 * TOKEN_S;
  }
  return token.secret;
}

/** An open socket. */
export async function openSocket(path, query = {}) {
  const asked = new URLSearchParams({ ...query, token: await socketSecret() });
  const address = new URL(at(`${path}?${asked}`));
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => {
      token.secret = "";
      server.look();
      reject(new ApiError(0, "The server does not take the connection: it is busy, still loading, or gone."));
    };
  });
  socket.onerror = null;
  return socket;
}

/** Whether the server is there: looked at now and then, often while it is not. */
export const server = {
  state: "unknown",
  stage: "",
  workers: 0,
  timer: 0,
  looking: false,
  async look() {
    if (this.looking) return;
    this.looking = true;
    clearTimeout(this.timer);
    const before = this.state;
    try {
      const answer = await fetch(at("/ready"), { cache: "no-store", signal: AbortSignal.timeout(4000) });
      const told = await answer.json();
      this.state = answer.ok ? "ready" : "loading";
      this.stage = told.stage ?? "";
      this.workers = told.workers ?? 0;
    } catch {
      this.state = "away";
    }
    this.looking = false;
    emit("server", this);
    if (before === "away" && this.state !== "away") token.secret = "";
    if (before !== "ready" && this.state === "ready") emit("ready", this);
    this.timer = setTimeout(() => this.look(), this.state === "ready" ? (document.hidden ? 60_000 : 10_000) : 1000);
  },
};

let voices = null;

/** Every voice of the catalogue and every cloned one, the latter first: `{id, name, description, languages, accent, gender, age, uses, models, cloned}`. */
export async function allVoices(fresh = false) {
  if (voices && !fresh) return voices;
  const [stock, cloned] = await Promise.all([
    getJson("/waves/v1/voice/get-all-models"),
    getJson("/waves/v1/voice-cloning").catch(() => ({ data: [] })),
  ]);
  const stocked = stock.voices.map((voice) => ({
    id: voice.voiceId,
    name: voice.displayName,
    description: voice.description ?? "",
    languages: voice.tags.language,
    accent: voice.tags.accent,
    gender: voice.tags.gender,
    age: voice.tags.age,
    uses: voice.tags.usecases,
    models: voice.models,
    cloned: false,
  }));
  const own = cloned.data.map((voice) => ({
    id: voice.voiceId,
    name: voice.displayName,
    description: voice.description,
    languages: [],
    accent: voice.accent,
    gender: "",
    age: "",
    uses: voice.tags,
    models: voice.modelIds,
    language: voice.language,
    createdAt: voice.createdAt,
    cloned: true,
  }));
  voices = [...own, ...stocked];
  return voices;
}

let dictionaries = null;
export async function allDictionaries(fresh = false) {
  if (!dictionaries || fresh) dictionaries = await getJson("/waves/v1/pronunciation-dicts");
  return dictionaries;
}

export function forget() {
  voices = null;
  dictionaries = null;
}

/** What is kept between visits: choices, never keys or texts. */
export const kept = {
  get(name, otherwise) {
    try {
      return { ...otherwise, ...JSON.parse(localStorage.getItem(`openwaves.${name}`) ?? "{}") };
    } catch {
      return { ...otherwise };
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`openwaves.${name}`, JSON.stringify(value));
    } catch {
      /* private mode */
    }
  },
};
