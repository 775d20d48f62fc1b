{{%AUTOESCAPE context="HTML"}}<div id="order"{{#LIVE}} data-live="{{LIVE_PATH}}"{{/LIVE}}>
<header class="listing-head">
  <p class="kicker">Placed on {{PLACED}}</p>
  <h1>Order {{NUMBER}}</h1>
</header>
{{#BY_LINK}}<p class="note">You bought as a guest: keep this page’s address, it is your way back to this order.</p>{{/BY_LINK}}
<dl class="states">
  <div><dt>Order</dt><dd>{{STATE}}</dd></div>
  <div><dt>Payment</dt><dd>{{PAYMENT}}{{#REFUNDED}} <span class="quiet">· {{REFUNDED_SUM}} given back</span>{{/REFUNDED}}</dd></div>
  <div><dt>Books</dt><dd>{{FULFILMENT}}</dd></div>
</dl>
<div class="cart">
  <div>
  <ul class="lines">
    {{#LINE}}
    <li class="line">
      <a class="line-cover" href="{{LINK}}" tabindex="-1" aria-hidden="true"><img src="{{COVER}}" width="200" height="300" alt="" loading="lazy"></a>
      <div class="line-words">
        <h2><a href="{{LINK}}">{{TITLE}}</a></h2>
        <p class="quiet">{{QUANTITY}} at {{UNIT_PRICE}}</p>
        {{#PROMISED}}<p class="stock {{KIND}}">{{PROMISE}}</p>{{/PROMISED}}
        {{#RETURNED}}<p class="soon">{{RETURNED_COPIES}} returned</p>{{/RETURNED}}
      </div>
      <div class="line-sum">
        <p class="line-total">{{LINE_TOTAL}}</p>
        {{#SAVED}}<p class="good">{{SAVING}} off</p>{{/SAVED}}
        {{#FREE}}<p class="good">{{FREE_COPIES}} free</p>{{/FREE}}
      </div>
    </li>
    {{/LINE}}
  </ul>
  {{#RETURNABLE}}
  <details class="return">
    <summary>Return books</summary>
    <form class="form" action="{{RETURN_PATH}}" method="post">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="token" value="{{TOKEN}}">
      <input type="hidden" name="key" value="{{RETURN_KEY}}">
      <p class="quiet">Each copy gives back what was paid for it.</p>
      {{#RETURN_LINE}}
      <div class="field">
        <label for="{{FIELD}}">Copies of {{TITLE}} <span class="quiet">(of {{LEFT}})</span></label>
        <p class="hint" id="{{FIELD}}-hint">You get back {{SHARES}}.</p>
        <input id="{{FIELD}}" name="{{FIELD}}" type="number" inputmode="numeric" min="0" max="{{LEFT}}" value="0" aria-describedby="{{FIELD}}-hint">
      </div>
      {{/RETURN_LINE}}
      <p><button class="button" type="submit">Return them</button></p>
    </form>
  </details>
  {{/RETURNABLE}}
  {{#CANCELLABLE}}
  <form class="cancel" action="{{CANCEL_PATH}}" method="post">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="token" value="{{TOKEN}}">
    <button class="plain-button" type="submit">Cancel {{WHAT}}</button>
    <span class="quiet">The books have not left the shop yet.</span>
  </form>
  {{/CANCELLABLE}}
  </div>
  <section class="till" aria-labelledby="till-title">
    <h2 id="till-title">What it cost</h2>
    {{>SUMMARY}}
    <h3>For</h3>
    <p>{{FULL_NAME}}<br>{{EMAIL}}</p>
    {{#SHIPPED}}<p>{{#ADDRESS_LINE}}{{TEXT}}<br>{{/ADDRESS_LINE}}{{POSTAL_CODE}} {{CITY}}<br>{{COUNTRY}}</p>{{/SHIPPED}}
    {{#COLLECTED}}<p>To be collected in the shop</p>{{/COLLECTED}}
    <h3>What happened</h3>
    <ol class="events">
      {{#EVENT}}<li><span>{{EVENT_WORDS}}</span>{{#EVENT_NOTED}} <span class="quiet">{{EVENT_NOTE}}</span>{{/EVENT_NOTED}} <span class="when quiet">{{EVENT_TIME}} UTC</span></li>{{/EVENT}}
    </ol>
  </section>
</div>
</div>
