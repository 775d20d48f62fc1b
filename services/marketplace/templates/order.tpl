{{%AUTOESCAPE context="HTML"}}<div id="order"{{#LIVE}} data-live="{{LIVE_PATH}}"{{/LIVE}}>
<header class="listing-head">
  <p class="kicker">Placed on {{PLACED}}</p>
  <h1>Order {{NUMBER}}</h1>
</header>
{{#BY_LINK}}<p class="note">You bought as a guest: keep this page’s address, it is your way back to this order.</p>{{/BY_LINK}}
<dl class="states">
  <div><dt>Order</dt><dd>{{STATE}}</dd></div>
  <div><dt>Payment</dt><dd>{{PAYMENT}}{{#REFUNDED}} <span class="quiet">· {{REFUNDED_SUM}} given back</span>{{/REFUNDED}}{{#CREDITED}} <span class="quiet">· {{CREDITED_SUM}} taken off</span>{{/CREDITED}}</dd></div>
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
  {{#RETURNS}}
  <section class="returns" aria-labelledby="returns-title">
    <h2 id="returns-title">Returns</h2>
    <ul>
      {{#RETURN}}<li>
        <p>{{RETURN_ITEMS}} <span class="quiet">asked for on {{RETURN_ASKED}}</span></p>
        <p class="stock {{RETURN_KIND}}">{{RETURN_WORDS}}{{#WORTH}} {{RETURN_AMOUNT}} for you.{{/WORTH}}</p>
        {{#ANSWERED}}<p>We say: {{RETURN_ANSWER}}</p>{{/ANSWERED}}
      </li>{{/RETURN}}
    </ul>
  </section>
  {{/RETURNS}}
  {{#RETURNABLE}}
  <details class="return">
    <summary>Return books</summary>
    <form class="form" action="{{RETURN_PATH}}" method="post">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="token" value="{{TOKEN}}">
      <input type="hidden" name="key" value="{{RETURN_KEY}}">
      <p class="quiet">{{#UNTIL}}You can ask until {{LAST_DAY}}. {{/UNTIL}}We answer here; when the books are with us, each copy gives back what it cost.{{#WITH_DELIVERY}} Whoever returns the whole order gets the delivery back too.{{/WITH_DELIVERY}}</p>
      {{#RETURN_LINE}}
      <div class="field">
        <label for="{{FIELD}}">Copies of {{TITLE}} <span class="quiet">(of {{LEFT}})</span></label>
        <p class="hint" id="{{FIELD}}-hint">You get back {{SHARES}}.</p>
        <input id="{{FIELD}}" name="{{FIELD}}" type="number" inputmode="numeric" min="0" max="{{LEFT}}" value="0" aria-describedby="{{FIELD}}-hint">
      </div>
      {{/RETURN_LINE}}
      <div class="field">
        <label for="return-reason">Why <span class="quiet">(you need not say)</span></label>
        <input id="return-reason" name="reason" maxlength="200" autocomplete="off">
      </div>
      <p><button class="button" type="submit">Return these copies</button>
      <button class="plain-button" type="submit" name="everything" value="yes">Return everything</button></p>
    </form>
  </details>
  {{/RETURNABLE}}
  {{#CANCELLABLE}}
  <details class="cancel">
    <summary>Cancel {{WHAT}}</summary>
    <form class="form" action="{{CANCEL_PATH}}" method="post">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="token" value="{{TOKEN}}">
      <p class="quiet">The books have not left the shop yet. Once cancelled, they are not sent, and what was paid goes back.</p>
      <p><button class="button" type="submit">Yes, cancel {{WHAT}}</button></p>
    </form>
  </details>
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
      {{#EVENT}}<li><span>{{EVENT_WORDS}}</span>{{#EVENT_NOTED}} <span class="quiet">{{EVENT_NOTE}}</span>{{/EVENT_NOTED}} <span class="when quiet">{{EVENT_TIME}}</span></li>{{/EVENT}}
    </ol>
  </section>
</div>
</div>
