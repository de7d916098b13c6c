// Keys and usage, for whoever has the server's admin key.

import { ApiError, getJson, session } from "./api.js";
import { button, copy, dialog, field, h, head, icon, line, notice, select, sure } from "./dom.js";
import { chart, dayOf, DAYS, whole } from "./usage.js";

const ADMIN = "/admin/v1";
const LIMITS = [
  ["concurrency", "Requests at once"],
  ["sockets", "Open sockets"],
  ["requests_per_minute", "Requests a minute"],
  ["characters_per_day", "Letters a day"],
];
const ask = (path, options) => getJson(ADMIN + path, { ...options, key: session.adminKey });

export function view() {
  const body = h("div", { class: "stack admin" });
  const element = h(
    "section",
    { class: "view", "aria-labelledby": "title" },
    head(
      "Keys & usage",
      "Who may use this server, how much, and what was used.",
      h("div", { class: "row", id: "admin-actions" }),
    ),
    body,
  );
  session.adminKey ? load() : door();

  function door(why = "") {
    element.querySelector("#admin-actions").replaceChildren();
    const input = line({ class: "input mono", type: "password", required: true });
    body.replaceChildren(
      h(
        "form",
        {
          class: "sheet gate stack",
          onsubmit: (event) => {
            event.preventDefault();
            session.adminKey = input.value.trim();
            load();
          },
        },
        h("h2", {}, "For the administrator"),
        h(
          "p",
          { class: "quiet small" },
          "Paste the server's admin key. It is the one that ",
          h("span", { class: "mono" }, "OPENWAVES_ADMIN_KEY"),
          " sets; without that variable these pages are off. It stays in this tab.",
        ),
        field("Admin key", input),
        why && h("p", { class: "hint bad", role: "alert" }, icon("warn"), h("span", {}, why)),
        button(null, { text: "Open", kind: "first", type: "submit" }),
      ),
    );
  }

  async function load() {
    const since = new Date(Date.now() - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
    try {
      const [accounts, keys, usage] = await Promise.all([ask("/accounts"), ask("/keys"), ask(`/usage?since=${since}`)]);
      show(accounts, keys, usage, since);
    } catch (error) {
      session.adminKey = "";
      door(
        error instanceof ApiError && error.status === 404
          ? "This server has no admin key: set OPENWAVES_ADMIN_KEY and start it again."
          : error.status === 401
            ? "This is not the admin key."
            : error.message,
      );
    }
  }

  function show(accounts, keys, usage, since) {
    const names = Object.fromEntries(accounts.map(({ id, name }) => [id, name]));
    element
      .querySelector("#admin-actions")
      .replaceChildren(
        button("plus", { text: "New account", onclick: () => newAccount() }),
        button("plus", { text: "New key", kind: "first", onclick: () => newKey(accounts) }),
      );
    const valid = keys.filter(({ revokedAt }) => !revokedAt);
    body.replaceChildren(
      chart(usage, since),
      h(
        "div",
        { class: "sheet block" },
        h("h2", {}, "Keys"),
        h(
          "div",
          { class: "scroller", tabindex: "0", role: "region", "aria-label": "Keys" },
          h(
            "table",
            { class: "table" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ["Name", "Key", "Account", "Made", ""].map((name) =>
                  h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "What can be done")),
                ),
              ),
            ),
            h(
              "tbody",
              {},
              valid.map((key) =>
                h(
                  "tr",
                  {},
                  h("td", {}, h("b", {}, key.name || "Without a name")),
                  h("td", { class: "mono" }, `…${key.hint}`),
                  h("td", {}, names[key.account] ?? key.account),
                  h("td", { class: "quiet" }, dayOf(key.createdAt)),
                  h(
                    "td",
                    { class: "end" },
                    h(
                      "div",
                      { class: "row tight end-row" },
                      button("again", {
                        text: "Rotate",
                        "aria-label": `Rotate ${key.name || key.hint}`,
                        onclick: () =>
                          sure(
                            `Rotate ${key.name || `…${key.hint}`}?`,
                            "The old secret ends at once; the new one is shown once.",
                            { yes: "Rotate", no: "Not now" },
                            async () => secret(await ask(`/keys/${key.id}/rotate`, { method: "POST" })),
                          ),
                      }),
                      button("bin", {
                        label: `Revoke ${key.name || key.hint}`,
                        kind: "plain tiny",
                        onclick: () =>
                          sure(
                            `Revoke ${key.name || `…${key.hint}`}?`,
                            "Whoever uses it is refused from then on.",
                            { yes: "Revoke", no: "Not now" },
                            async () => {
                              await ask(`/keys/${key.id}`, { method: "DELETE" });
                              load();
                            },
                          ),
                      }),
                    ),
                  ),
                ),
              ),
              !valid.length &&
                h(
                  "tr",
                  {},
                  h(
                    "td",
                    { colspan: "5", class: "quiet" },
                    "No key is in the database; OPENWAVES_API_KEY may name one.",
                  ),
                ),
            ),
          ),
        ),
      ),
      h(
        "div",
        { class: "sheet block" },
        h("h2", {}, "Accounts"),
        h(
          "div",
          { class: "scroller", tabindex: "0", role: "region", "aria-label": "Accounts" },
          h(
            "table",
            { class: "table" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                h("th", { scope: "col" }, "Name"),
                LIMITS.map(([, label]) => h("th", { scope: "col", class: "end" }, label)),
                h("th", {}, h("span", { class: "unseen" }, "What can be done")),
              ),
            ),
            h(
              "tbody",
              {},
              accounts.map((account) =>
                h(
                  "tr",
                  {},
                  h("td", {}, h("b", {}, account.name)),
                  LIMITS.map(([key]) =>
                    h(
                      "td",
                      { class: "end number" },
                      account[key] === null ? h("span", { class: "quiet" }, "server’s") : whole(account[key]),
                    ),
                  ),
                  h(
                    "td",
                    { class: "end" },
                    button("tune", {
                      label: `Limits of ${account.name}`,
                      kind: "plain tiny",
                      onclick: () => newAccount(account),
                    }),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  }

  function secret(made) {
    dialog(
      "The new key",
      [
        h("p", { class: "quiet" }, "It is shown only now. Keep it where secrets are kept."),
        h(
          "div",
          { class: "row secret" },
          h("code", { class: "mono grow" }, made.key),
          button("copy", { text: "Copy", kind: "first", onclick: () => copy(made.key) }),
        ),
      ],
      { onclose: load },
    );
  }

  function newKey(accounts) {
    const name = line({ placeholder: "Phone agent", maxlength: "200" });
    const account = select(
      accounts.map((one) => [one.id, one.name]),
      accounts[0]?.id,
    );
    form(
      "New key",
      [field("Name", name, "For people; says who uses it."), field("Account", account)],
      "Make the key",
      async () =>
        secret(await ask("/keys", { method: "POST", body: { account: account.value, name: name.value.trim() } })),
    );
  }

  function newAccount(account = null) {
    const name = line({ value: account?.name ?? "", required: true, maxlength: "200" });
    const inputs = LIMITS.map(([key, label]) => [
      key,
      label,
      line({
        class: "input number",
        type: "number",
        min: "0",
        step: "1",
        placeholder: "The server’s",
        value: account?.[key] ?? "",
      }),
    ]);
    form(
      account ? account.name : "New account",
      [
        field("Name", name),
        h(
          "div",
          { class: "pair" },
          inputs.map(([, label, input]) => field(label, input)),
        ),
      ],
      account ? "Save" : "Make the account",
      async () => {
        const limits = Object.fromEntries(
          inputs.map(([key, , input]) => [key, input.value === "" ? null : Number(input.value)]),
        );
        await ask(account ? `/accounts/${account.id}` : "/accounts", {
          method: account ? "PATCH" : "POST",
          body: { name: name.value, ...limits },
        });
        load();
      },
    );
  }

  function form(title, fields, label, work) {
    const open = dialog(
      title,
      h(
        "form",
        {
          class: "stack",
          onsubmit: async (event) => {
            event.preventDefault();
            try {
              await work();
              open.close();
            } catch (error) {
              notice(error.message, true);
            }
          },
        },
        fields,
        h("div", { class: "row end-row" }, button(null, { text: label, kind: "first", type: "submit" })),
      ),
    );
    open.querySelector("input")?.focus();
  }

  return { element };
}
