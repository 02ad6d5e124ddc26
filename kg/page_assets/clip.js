/** Put text on the clipboard; where the browser has none to give, through a field. */
function copyText(text, button) {
  const done = () => {
    const was = button.textContent;
    button.textContent = say("copied");
    $("said").textContent = say("copied");
    setTimeout(() => {
      button.textContent = was;
    }, 1600);
  };
  const byField = () => {
    const field = make("textarea", { class: "unseen" });
    field.value = text;
    document.body.append(field);
    field.select();
    const ok = document.execCommand("copy");
    field.remove();
    if (ok) done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, byField);
  else byField();
}
