{{%AUTOESCAPE context="HTML"}}<div class="summary {{CLASS}}">
  {{#HEADED}}<h3 class="hidden">{{HEADING}}</h3>{{/HEADED}}
  <dl class="sums">
    <div><dt>Books</dt><dd>{{SUBTOTAL}}</dd></div>
    {{#DISCOUNTED}}<div class="good"><dt>Discounts</dt><dd>−{{DISCOUNT}}</dd></div>{{/DISCOUNTED}}
    {{#DELIVERED}}<div><dt>Delivery</dt><dd>{{DELIVERY}}</dd></div>{{/DELIVERED}}
    {{#TAX_ADDED}}<div><dt>Taxes</dt><dd>{{TAX}}</dd></div>{{/TAX_ADDED}}
    <div class="sum"><dt>Total</dt><dd>{{TOTAL}}</dd></div>
    {{#TAX_INCLUDED}}<div class="quiet"><dt>Taxes in it</dt><dd>{{TAX}}</dd></div>{{/TAX_INCLUDED}}
  </dl>
  <ul class="campaigns">
    {{#APPLIED}}<li class="good"><span class="campaign">{{CAMPAIGN}}</span> {{EFFECT}}</li>{{/APPLIED}}
    {{#ADVICE}}<li class="quiet">{{SENTENCE}}</li>{{/ADVICE}}
  </ul>
</div>
