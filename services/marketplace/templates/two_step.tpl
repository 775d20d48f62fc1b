{{%AUTOESCAPE context="HTML"}}<section class="plain account">
  <h1>Sign in with two steps</h1>
  {{#STAFF}}<p class="flash bad">{{STAFF_SENTENCE}}</p>{{/STAFF}}
  {{#PROBLEM}}<p class="flash bad" role="alert">{{PROBLEM_SENTENCE}}</p>{{/PROBLEM}}
  <p class="account-lead">Behind your password we ask for a code that an app on your phone makes: whoever learns your password cannot sign in with it. Any authenticator app will do.</p>
  {{#QR}}<p class="account-lead">Let the app read this picture:</p>
  <svg class="qr" viewBox="0 0 {{SIZE}} {{SIZE}}" role="img" aria-label="QR code for your app; the key below says the same" shape-rendering="crispEdges"><rect width="{{SIZE}}" height="{{SIZE}}" fill="#fff"/><path d="{{PATH}}" fill="#000"/></svg>{{/QR}}
  <p class="account-lead">Or type this key into it: <code class="secret">{{SECRET}}</code></p>
  <form class="form" method="post" action="/account/two-step">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="offer" value="{{OFFER}}">
{{>FIELD}}
    <p class="form-end"><button class="button" type="submit">Turn two steps on</button></p>
  </form>
  <ul class="account-ways">
    <li><a href="/account">Back to your account</a></li>
  </ul>
</section>
