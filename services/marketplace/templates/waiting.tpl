{{%AUTOESCAPE context="HTML"}}<section class="plain">
{{#WAITING}}
  <h1>One moment, please</h1>
  <p>Your order is with us, and the payment is being confirmed. It will be one order, whatever happens: there is no need to order
  again.</p>
  <p role="status" id="waits">Look again in a moment, and you see what has become of it.</p>
  <p><a class="button" href="{{AGAIN}}">Look again</a></p>
{{/WAITING}}
{{#REFUSED}}
  <h1>Not ordered</h1>
  <p>{{SENTENCE}} Your cart is as it was.</p>
  <p><a class="button" href="/checkout">Back to the checkout</a> <a href="/cart">Look at the cart</a></p>
{{/REFUSED}}
</section>
