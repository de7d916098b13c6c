// The frame around the views: who is signed in, which view is open, whether the server is there.

import { at, check, forget, getJson, kept, on, server, session } from "./api.js";
import { button, field, h, icon, isStill, line, notice } from "./dom.js";

const VIEWS = [
  ["speak", "Speak", "Speak", () => import("./speak.js")],
  ["listen", "Listen", "Listen", () => import("./listen.js")],
  ["talk", "Talk", "Talk", () => import("./talk.js")],
  ["voices", "Voices", "Voices", () => import("./voices.js")],
  ["dictionaries", "Dictionaries", "Words", () => import("./dictionaries.js")],
  ["keys", "Keys & usage", "Keys", () => import("./keys.js")],
];
const SIGN_IN = "#sign-in=";
const app = document.getElementById("app");
let open = null;

const nameOf = () => location.hash.replace(/^#\/?/, "").split("?")[0];
const viewOf = (name) => VIEWS.find(([key]) => key === name) ?? VIEWS[0];

async function begin() {
  applyTheme(kept.get("look", { theme: "auto" }).theme);
  const problem = location.hash.startsWith(SIGN_IN) ? await exchange() : "";
  server.look();
  session.key ? showApp() : showDoor(problem);
}

/** Trade the code of the link for a pass, and take the code out of the address; gives what went wrong, if anything. */
async function exchange() {
  const code = decodeURIComponent(location.hash.slice(SIGN_IN.length));
  history.replaceState(null, "", "#/speak");
  if (session.key) return "";
  try {
    session.key = (await getJson("/playground/sign-in", { method: "POST", body: { code }, key: "" })).key;
    return "";
  } catch (error) {
    return error.message.replace(/^code: /, "This link ");
  }
}

function showApp() {
  const rail = h(
    "header",
    { class: "rail" },
    h(
      "a",
      { class: "brand", href: "#/speak" },
      h("img", { src: at("/playground/mark.svg"), alt: "" }),
      h("span", {}, "openwaves"),
    ),
    h(
      "nav",
      { class: "nav", "aria-label": "Playground" },
      VIEWS.map(([key, label, short], at) => [
        at === 3 && h("div", { class: "parting" }),
        h(
          "a",
          { href: `#/${key}`, data: { view: key } },
          icon(key),
          h("span", { class: "long" }, label),
          h("span", { class: "short" }, short),
        ),
      ]),
    ),
    h(
      "div",
      { class: "foot" },
      stateLine(),
      h(
        "a",
        { href: at("/reference"), "aria-label": "API reference" },
        h("span", { class: "long" }, "API reference"),
        h("span", { class: "short" }, "API"),
      ),
      h(
        "div",
        { class: "row" },
        themeButton(),
        button("leave", { label: "Sign out of this tab", kind: "plain tiny", onclick: () => leave("") }),
      ),
    ),
  );
  const main = h("main", { class: "main", id: "main", tabindex: "-1" });
  app.classList.remove("closed");
  app.replaceChildren(rail, main);
  show(main);
}

async function show(main = document.getElementById("main")) {
  if (!main) return;
  const [key, label, , load] = viewOf(nameOf());
  for (const link of document.querySelectorAll(".nav a"))
    link.dataset.view === key ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  document.title = `${label} · openwaves`;
  open?.leave?.();
  open = null;
  const { view } = await load();
  if (viewOf(nameOf())[0] !== key || !session.key) return;
  open = view();
  main.replaceChildren(open.element);
  scrollTo(0, 0);
  document.documentElement.dataset.interactive = String(Math.round(performance.now()));
}

function leave(why) {
  open?.leave?.();
  open = null;
  session.key = "";
  session.adminKey = "";
  forget();
  showDoor(why);
}

/** The page before anybody signed in. */
function showDoor(why = "") {
  const input = line({
    class: "input mono",
    type: "password",
    spellcheck: "false",
    placeholder: "sk_…",
    required: true,
  });
  const problem = h("p", { class: "hint bad", role: "alert", hidden: !why }, icon("warn"), h("span", {}, why));
  const enter = button(null, { text: "Sign in", kind: "first big", type: "submit" });
  const tell = (text) => {
    problem.hidden = false;
    problem.lastChild.textContent = text;
  };
  const form = h(
    "form",
    {
      class: "sheet",
      onsubmit: async (event) => {
        event.preventDefault();
        const key = input.value.trim();
        enter.disabled = true;
        try {
          await check(key);
          session.key = key;
          showApp();
        } catch (error) {
          if (error.status === 503) {
            session.key = key;
            showApp();
            return;
          }
          tell(error.status === 401 ? "This key does not open this server." : error.message);
          input.select();
        }
        enter.disabled = false;
      },
    },
    h("div", { class: "brand" }, h("img", { src: at("/playground/mark.svg"), alt: "" }), h("span", {}, "openwaves")),
    h(
      "div",
      { class: "stack" },
      h("h1", {}, "Hear your server."),
      h("p", { class: "quiet" }, "Paste an API key once. It stays in this tab and goes when you close it."),
    ),
    field("API key", input),
    problem,
    enter,
    h(
      "p",
      { class: "small quiet" },
      "On the machine that runs the server, open the link that ",
      h("span", { class: "mono" }, "make serve"),
      " prints: it signs this browser in. ",
      h("a", { href: at("/reference") }, "API reference"),
    ),
  );
  const sea = h("canvas", { "aria-hidden": "true" });
  app.classList.add("closed");
  app.replaceChildren(h("main", { class: "door", id: "main", tabindex: "-1" }, sea, form));
  document.title = "Sign in · openwaves";
  input.focus();
  drift(sea);
  document.documentElement.dataset.interactive = String(Math.round(performance.now()));
}

/** Slow water behind the door. */
function drift(canvas) {
  const paint = canvas.getContext("2d");
  const frame = (now) => {
    if (!canvas.isConnected) return;
    const scale = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = width * scale;
    canvas.height = height * scale;
    paint.scale(scale, scale);
    paint.fillStyle = getComputedStyle(canvas).color;
    const style = getComputedStyle(document.documentElement);
    const t = isStill() ? 9 : now / 1000;
    for (let x = 4, n = 0; x < width; x += 9, n += 1) {
      const swell =
        Math.sin(n * 0.071 + t * 0.55) + 0.6 * Math.sin(n * 0.173 - t * 0.4) + 0.35 * Math.sin(n * 0.41 + t * 0.9);
      const tall = height * (0.16 + 0.13 * (swell + 1.1));
      paint.fillStyle = style.getPropertyValue(n % 37 === 18 ? "--buoy" : "--wave-faint");
      paint.beginPath();
      paint.roundRect(x, height - tall, 3, tall + 4, 1.5);
      paint.fill();
    }
    if (!isStill()) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function stateLine() {
  const words = h("span", {});
  const line = h("p", { class: "state", role: "status" }, h("i", {}), words);
  const tell = (now) => {
    line.dataset.state = now.state;
    words.textContent = {
      ready: "Server ready",
      loading: `Loading: ${now.stage || "starting"}`,
      away: "No answer from the server",
      unknown: "Looking for the server",
    }[now.state];
  };
  tell(server);
  on("server", (now) => line.isConnected && tell(now));
  return line;
}

const THEMES = {
  auto: ["screen", "Colours as the system has them"],
  light: ["sun", "Light colours"],
  dark: ["moon", "Dark colours"],
};

function themeButton() {
  const names = Object.keys(THEMES);
  let theme = kept.get("look", { theme: "auto" }).theme;
  const control = button(THEMES[theme][0], {
    label: THEMES[theme][1],
    kind: "plain tiny",
    onclick: () => {
      theme = names[(names.indexOf(theme) + 1) % names.length];
      kept.set("look", { theme });
      applyTheme(theme);
      control.replaceChildren(icon(THEMES[theme][0]));
      control.setAttribute("aria-label", THEMES[theme][1]);
      control.title = THEMES[theme][1];
    },
  });
  return control;
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event("openwaves-theme"));
}

addEventListener("hashchange", async () => {
  if (location.hash.startsWith(SIGN_IN)) {
    const problem = await exchange();
    session.key ? showApp() : showDoor(problem);
  } else if (session.key) show();
});
on("signed-out", (why) => session.key && leave(why));
on("ready", () => app.querySelector(".rail") && app.dataset.wasAway && notice("The server is back"));
on("server", (now) => {
  if (now.state === "away") app.dataset.wasAway = "yes";
});
begin();
