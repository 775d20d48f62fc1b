{{%AUTOESCAPE context="HTML"}}<section class="account-home">
  <header class="listing-head">
    <h1>{{HEADING}}</h1>
    <p class="quiet">{{EMAIL}}, with us since {{SINCE}}</p>
  </header>
  {{#STAFF}}<p class="flash bad">Your rights as staff rest in this session: they need two steps. <a href="/account/two-step">See to it</a></p>{{/STAFF}}
  <div class="account-parts">
    <section aria-labelledby="orders">
      <h2 id="orders">Your orders</h2>
      <p>Everything that you have ordered, also without an account, with this e-mail address.</p>
      <p><a class="button" href="/orders">See your orders</a></p>
    </section>
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {{#SESSIONS}}
      <ul class="sessions">
        {{#SESSION}}<li>{{#CURRENT}}<strong>Here</strong>, since {{BEGAN}}{{/CURRENT}}{{#ELSEWHERE}}Elsewhere, since {{BEGAN}}, last used on {{USED}}
          <form method="post" action="/account/sessions/end"><input type="hidden" name="csrf" value="{{CSRF}}">
            <input type="hidden" name="session" value="{{NAME}}">
            <button class="plain-button" type="submit">End it<span class="hidden">: the session since {{BEGAN}}, last used on {{USED}}</span></button></form>{{/ELSEWHERE}}</li>{{/SESSION}}
      </ul>
      {{/SESSIONS}}
      {{#NO_SESSIONS}}<p class="note">We cannot list them at the moment.</p>{{/NO_SESSIONS}}
      <form method="post" action="/account/sign-out"><input type="hidden" name="csrf" value="{{CSRF}}">
        <button class="button" type="submit">Sign out</button></form>
      <form method="post" action="/account/sign-out-everywhere"><input type="hidden" name="csrf" value="{{CSRF}}">
        <button class="plain-button" type="submit">Sign out everywhere</button></form>
    </section>
    <section aria-labelledby="password">
      <h2 id="password">Your password</h2>
      <p>A new password ends every other session.</p>
      <p><a href="/account/password">Change your password</a></p>
      <p>With two steps, a code of an app on your phone is asked for behind it.</p>
      <p><a href="/account/two-step">Sign in with two steps</a></p>
    </section>
    <section aria-labelledby="data">
      <h2 id="data">Your data</h2>
      <p>All that the shop keeps about you, as a file: your account, orders, cart, and what you looked at.</p>
      <form method="post" action="/account/export" data-stays><input type="hidden" name="csrf" value="{{CSRF}}">
        <button class="plain-button" type="submit">Download your data</button></form>
      <p><a href="/account/erase">Erase your account</a></p>
    </section>
  </div>
</section>
