// Lets the browser make or use a passkey, puts its answer into the form around the button and sends the form.
const ask = {
    get: options => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
    create: options => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

for (const part of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON || !part.dataset.options) continue;
    const failed = part.querySelector("[data-passkey-failed]");
    part.hidden = false;
    part.querySelector("button").addEventListener("click", async () => {
        failed.hidden = true;
        try {
            const credential = await ask[part.dataset.passkey](JSON.parse(part.dataset.options));
            const form = part.closest("form");
            form.elements.namedItem("Credential").value = JSON.stringify(credential);
            form.submit();
        } catch {
            // The person said no, or this device has none for us: both are said in the same words.
            failed.hidden = false;
        }
    });
}
