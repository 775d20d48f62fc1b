{{%AUTOESCAPE context="HTML"}}<section class="plain">
{{#WAITING}}
  <h1>One moment, please</h1>
  <p role="status">Your order is with us, and the payment is being confirmed. This page looks again by itself; it will be one
  order, whatever happens. There is no need to order again.</p>
{{/WAITING}}
{{#REFUSED}}
  <h1>Not ordered</h1>
  <p role="status">{{SENTENCE}} Your cart is as it was.</p>
  <p><a class="button" href="/checkout">Back to the checkout</a> <a href="/cart">Look at the cart</a></p>
{{/REFUSED}}
</section>
