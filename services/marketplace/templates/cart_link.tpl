{{%AUTOESCAPE context="HTML"}}<a class="to-cart" id="to-cart" href="/cart">Cart{{#CART_COUNTED}} <span class="badge">{{CART_COUNT}}</span>{{/CART_COUNTED}}</a>
