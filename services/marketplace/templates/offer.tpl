{{%AUTOESCAPE context="HTML"}}<div class="offer" id="offer" data-live="{{LIVE}}" data-live-from="{{LIVE_FROM}}">
  {{#PRICED}}<p class="offer-price">{{PRICE}}</p>{{/PRICED}}
  <p class="stock {{AVAILABILITY_KIND}}" id="availability" role="status">{{AVAILABILITY}}</p>
  {{#BUYABLE}}<button class="button" form="buy" name="book" value="{{BOOK}}">Add to cart</button>{{/BUYABLE}}
  {{#NOT_FOR_SALE}}<p class="not-for-sale">We have no price for this book, so it is not for sale at the moment.</p>{{/NOT_FOR_SALE}}
  {{#NOT_BUYABLE}}<button class="button" type="button" disabled aria-describedby="availability">Add to cart</button>{{/NOT_BUYABLE}}
</div>
