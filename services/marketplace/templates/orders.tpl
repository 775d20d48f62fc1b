{{%AUTOESCAPE context="HTML"}}<header class="listing-head"><h1>Your orders</h1></header>
{{#AS_GUEST}}<p class="plain-note">Who buys as a guest finds an order by the link that the shop showed behind the checkout.
<a href="/account/sign-in?next=/orders">Sign in</a> to see the orders of your account.</p>{{/AS_GUEST}}
{{#EMPTY}}<p class="plain-note">There is none yet. <a href="/books">Have a look around</a>.</p>{{/EMPTY}}
<ul class="orders">
  {{#ORDER}}<li><h2><a href="{{LINK}}">Order {{NUMBER}}</a></h2>
    <p class="quiet">{{PLACED}} · {{TOTAL}} · {{PAYMENT}}</p>
    <p>{{TITLES}}</p>
    <p class="stock {{KIND}}">{{STATE}}</p></li>{{/ORDER}}
</ul>
{{#NEXT}}<p><a class="button" href="{{NEXT_LINK}}" rel="next">Older orders</a></p>{{/NEXT}}
