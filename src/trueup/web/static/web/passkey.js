/* Signs the digest of the submission with a passkey, and sends the assertion with the form. */
"use strict";
(function () {
  var button = document.getElementById("sign-passkey");
  var form = document.getElementById("signing");
  if (!button || !form || !window.PublicKeyCredential) { return; }

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function fail(sentence) {
    var place = document.getElementById("passkey-problem");
    place.textContent = sentence;
    place.hidden = false;
    button.disabled = false;
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    var options = JSON.parse(button.dataset.options).publicKey;
    options.challenge = bytes(options.challenge);
    (options.allowCredentials || []).forEach(function (credential) {
      credential.id = bytes(credential.id);
    });
    button.disabled = true;
    navigator.credentials.get({ publicKey: options }).then(function (given) {
      form.elements.assertion.value = JSON.stringify({
        id: given.id,
        rawId: text(given.rawId),
        type: given.type,
        clientExtensionResults: given.getClientExtensionResults(),
        response: {
          clientDataJSON: text(given.response.clientDataJSON),
          authenticatorData: text(given.response.authenticatorData),
          signature: text(given.response.signature),
          userHandle: given.response.userHandle ? text(given.response.userHandle) : null
        }
      });
      form.submit();
    }).catch(function () {
      fail("The passkey did not sign. Try again, or use a code of your authenticator.");
    });
  });
}());
