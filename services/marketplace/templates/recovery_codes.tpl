{{%AUTOESCAPE context="HTML"}}<section class="plain account">
  <h1>Your recovery codes</h1>
  <p class="account-lead">Keep them where you will find them without your phone: each of them stands in for a code of your app, once. We show them only now.</p>
  <ul class="recovery-codes">
    {{#CODE}}<li><code>{{RECOVERY_CODE}}</code></li>
    {{/CODE}}
  </ul>
  <p><a class="button" href="/account">I have kept them</a></p>
</section>
