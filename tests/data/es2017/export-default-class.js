export default class extends Base { constructor() { super(); analytics.load("k"); } }
