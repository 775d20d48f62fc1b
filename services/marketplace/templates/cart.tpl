{{%AUTOESCAPE context="HTML"}}<header class="listing-head"><h1>Your cart</h1></header>
{{#STALE}}<p class="note">We cannot look at prices and shelves at the moment. This is how they were when you last looked.</p>{{/STALE}}
{{#EMPTY}}
<div class="plain-note">
  <p>Nothing in it yet. The shelves are that way: <a href="/books">all books</a>, or <a href="/books?sort=newest">what is new</a>.</p>
</div>
{{/EMPTY}}
<div class="cart">
  <ul class="lines">
    {{#LINE}}
    <li class="line">
      <a class="line-cover" href="{{LINK}}" tabindex="-1" aria-hidden="true"><img src="{{COVER}}" width="200" height="300" alt="" loading="lazy"></a>
      <div class="line-words">
        <h2><a href="{{LINK}}">{{TITLE}}</a></h2>
        <p class="by">{{AUTHORS}}</p>
        <p class="stock {{KIND}}">{{AVAILABILITY}}</p>
        {{#NOTED}}<p class="change-note">{{CHANGE_NOTE}}</p>{{/NOTED}}
        <form class="line-form" action="/cart/lines" method="post">
          <input type="hidden" name="csrf" value="{{CSRF}}">
          <input type="hidden" name="book" value="{{BOOK}}">
          <input type="hidden" name="etag" value="{{ETAG}}">
          <label for="quantity-{{ID}}">Copies<span class="hidden"> of {{TITLE}}</span></label>
          <input id="quantity-{{ID}}" name="quantity" type="number" inputmode="numeric" min="0" max="99" value="{{QUANTITY}}" required>
          <button class="plain-button" name="do" value="set">Change<span class="hidden"> the number of copies of {{TITLE}}</span></button>
          <button class="plain-button" name="do" value="save">Save for later<span class="hidden">: {{TITLE}}</span></button>
          <button class="plain-button" name="do" value="remove">Remove<span class="hidden"> {{TITLE}}</span></button>
        </form>
      </div>
      <div class="line-sum">
        {{#QUOTED}}
        <p class="line-total">{{LINE_TOTAL}}</p>
        {{#SAVED}}<p class="good">{{SAVING}} off</p>{{/SAVED}}
        {{#FREE}}<p class="good">{{FREE_COPIES}} free</p>{{/FREE}}
        {{/QUOTED}}
        {{#PRICED}}<p class="quiet">{{UNIT_PRICE}} each</p>{{/PRICED}}
      </div>
    </li>
    {{/LINE}}
  </ul>
  {{#SUM}}
  <section class="till" aria-labelledby="till-title">
    <h2 id="till-title">What it costs</h2>
    {{>SUMMARY}}
    {{#NO_SUM}}<p class="note">We cannot add it up at the moment. Please look again in a minute.</p>{{/NO_SUM}}
    {{#TO_CHECKOUT}}<p><a class="button wide" href="/checkout">To the checkout</a></p>{{/TO_CHECKOUT}}
    {{#BLOCKED}}<p class="wrong" id="obstacle">{{OBSTACLE}}</p>
    <p><button class="button wide" type="button" disabled aria-describedby="obstacle">To the checkout</button></p>{{/BLOCKED}}
    <h3>Codes</h3>
    {{#CODE}}
    <form class="code-form" action="/cart/codes" method="post">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="etag" value="{{CODE_ETAG}}">
      <input type="hidden" name="code" value="{{CODE_TEXT}}">
      <code>{{CODE_TEXT}}</code>
      <button class="plain-button" name="do" value="remove">Remove<span class="hidden"> the code {{CODE_TEXT}}</span></button>
    </form>
    {{/CODE}}
    <form class="code-form" action="/cart/codes" method="post">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="etag" value="{{ETAG}}">
      <label for="code">A code you have</label>
      <span class="joined">
        <input id="code" name="code" maxlength="64" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
        <button name="do" value="add">Use it</button>
      </span>
    </form>
  </section>
  {{/SUM}}
</div>
{{#SAVED_HEAD}}<h2 class="saved-head">Saved for later</h2>{{/SAVED_HEAD}}
<ul class="lines saved-lines">
  {{#SAVED_LINE}}
  <li class="line">
    <a class="line-cover" href="{{LINK}}" tabindex="-1" aria-hidden="true"><img src="{{COVER}}" width="200" height="300" alt="" loading="lazy"></a>
    <div class="line-words">
      <h3><a href="{{LINK}}">{{TITLE}}</a></h3>
      <p class="by">{{AUTHORS}}</p>
      {{#PRICED}}<p class="quiet">{{UNIT_PRICE}}</p>{{/PRICED}}
      <p class="stock {{KIND}}">{{AVAILABILITY}}</p>
      {{#NOTED}}<p class="change-note">{{CHANGE_NOTE}}</p>{{/NOTED}}
      <form class="line-form" action="/cart/lines" method="post">
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <input type="hidden" name="book" value="{{BOOK}}">
        <input type="hidden" name="etag" value="{{ETAG}}">
        <button class="plain-button" name="do" value="move">Into the cart<span class="hidden">: {{TITLE}}</span></button>
        <button class="plain-button" name="do" value="remove">Remove<span class="hidden"> {{TITLE}}</span></button>
      </form>
    </div>
  </li>
  {{/SAVED_LINE}}
</ul>
