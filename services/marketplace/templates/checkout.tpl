{{%AUTOESCAPE context="HTML"}}<header class="listing-head"><h1>Checkout</h1></header>
{{#PROBLEM}}<p class="flash bad" role="alert">{{PROBLEM_SENTENCE}}</p>{{/PROBLEM}}
{{#SOME_WRONG}}<p class="flash bad" role="alert">Something is missing or not as we need it; each note stands beside its field.</p>{{/SOME_WRONG}}
{{#AS_GUEST}}<p class="note">You buy as a guest. Who has an account can <a href="/account/sign-in?next=/checkout">sign in first</a>; nothing in the cart is lost.</p>{{/AS_GUEST}}
<form class="checkout" action="/checkout" method="post">
  <input type="hidden" name="csrf" value="{{CSRF}}">
  <input type="hidden" name="key" value="{{KEY}}">
  {{#ITEM}}<input type="hidden" name="item" value="{{ITEM_TEXT}}">{{/ITEM}}
  {{#CODE}}<input type="hidden" name="code" value="{{CODE_TEXT}}">{{/CODE}}
  <input type="hidden" name="shipping_total" value="{{SHIPPING_TOTAL}}">
  <input type="hidden" name="collection_total" value="{{COLLECTION_TOTAL}}">
  <input type="hidden" name="currency" value="{{CURRENCY}}">
  <div class="form">
    <fieldset>
      <legend>You</legend>
{{>CONTACT_FIELD}}
    </fieldset>
    <fieldset>
      <legend>How do the books get to you?</legend>
      {{#DELIVERY_WRONG}}<p class="wrong">{{SENTENCE}}</p>{{/DELIVERY_WRONG}}
      <label class="choice"><input type="radio" id="delivery-collection" name="delivery" value="collection" required{{#COLLECTION_CHOSEN}} checked{{/COLLECTION_CHOSEN}}> <span>I collect them in the shop <span class="quiet">· free</span></span></label>
      <label class="choice"><input type="radio" id="delivery-shipping" name="delivery" value="shipping" required{{#SHIPPING_CHOSEN}} checked{{/SHIPPING_CHOSEN}}> <span>Send them to me <span class="quiet">· {{SHIPPING_PRICE}}</span></span></label>
      <div class="address">
{{>ADDRESS_FIELD}}
        <div class="field">
          <label for="country">Country</label>
          <select id="country" name="country" autocomplete="country">
            <option value="">Please choose</option>
            {{#COUNTRY}}<option value="{{COUNTRY_CODE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{COUNTRY_NAME}}</option>{{/COUNTRY}}
          </select>
          {{#COUNTRY_WRONG}}<p class="wrong">{{SENTENCE}}</p>{{/COUNTRY_WRONG}}
        </div>
      </div>
    </fieldset>
    {{#FREE}}<p class="note if-collection">There is nothing to pay.</p>{{/FREE}}
    {{#PAYMENT}}<fieldset class="{{PAYMENT_CLASS}}">
      <legend>How do you pay?</legend>
      {{#PAYMENT_WRONG}}<p class="wrong">{{SENTENCE}}</p>{{/PAYMENT_WRONG}}
      <label class="choice"><input type="radio" id="payment-card" name="payment" value="card" required{{#CARD_CHOSEN}} checked{{/CARD_CHOSEN}}> <span>By card</span></label>
      <div class="field card-choice">
        <label for="payment_token">Card</label>
        <p class="hint" id="card-hint">This shop tries its payments with cards of a sandbox: no money moves, and no card number is asked.</p>
        <select id="payment_token" name="payment_token" aria-describedby="card-hint">
          {{#CARD}}<option value="{{CARD_TOKEN}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{CARD_NAME}}</option>{{/CARD}}
        </select>
      </div>
      <label class="choice"><input type="radio" id="payment-invoice" name="payment" value="invoice" required{{#INVOICE_CHOSEN}} checked{{/INVOICE_CHOSEN}}> <span>By invoice</span></label>
      <label class="choice"><input type="radio" id="payment-on-collection" name="payment" value="on-collection" required{{#ON_COLLECTION_CHOSEN}} checked{{/ON_COLLECTION_CHOSEN}}> <span>In the shop, when I collect them</span></label>
    </fieldset>{{/PAYMENT}}
  </div>
  <section class="till" aria-labelledby="till-title">
    <h2 id="till-title">Your order</h2>
    <ul class="order-lines">
      {{#LINE}}<li><span><a href="{{LINK}}">{{TITLE}}</a> <span class="quiet">× {{QUANTITY}}</span></span> <span class="line-total">{{LINE_TOTAL}}</span>
        <span class="stock {{KIND}}">{{PROMISE}}</span>{{#FREE}} <span class="good">{{FREE_COPIES}} free</span>{{/FREE}}</li>{{/LINE}}
    </ul>
{{>SUMMARY}}
    {{#PLACEABLE}}<p><button class="button wide" type="submit">Place the order</button></p>
    <p class="quiet small">You order with payment. Until the books leave the shop you can cancel; later you can ask to return them.</p>{{/PLACEABLE}}
    {{#BLOCKED}}<p class="wrong">{{OBSTACLE}} <a href="/cart">Change it in the cart</a>, please.</p>{{/BLOCKED}}
  </section>
</form>
