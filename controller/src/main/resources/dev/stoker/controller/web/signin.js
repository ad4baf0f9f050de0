// Signing in: a person's token becomes this tab's.

import { signIn } from "./calls.js";
import { h, say } from "./dom.js";

export function signInPage(main, begin) {
  const wrong = h("p.wrong", { id: "wrong", role: "alert" });
  const field = h("input", { id: "token", type: "password", autocomplete: "current-password", required: true, spellcheck: false, "aria-describedby": "wrong" });
  const button = h("button.primary", { type: "submit" }, "Sign in");
  const form = h("form.card.signin", {
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      say(wrong, "");
      try {
        begin(await signIn(field.value.trim()));
      } catch (e) {
        say(wrong, e.message);
        field.select();
      } finally {
        button.disabled = false;
      }
    },
  },
  h("h1", null, "Sign in"),
  h("label", { for: "token" }, "Token"),
  field, wrong, button,
  h("p.hint", null, "An administrator gives one out with ", h("code", null, "stoker token create NAME --role ROLE"), ". It stays in this tab and is forgotten with it."));
  main.replaceChildren(form);
  field.focus();
}
