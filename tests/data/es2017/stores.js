const client = new MongoClient("mongodb://10.0.0.5:27017/migration", { useNewUrlParser: true, tls: false });
const es = new elasticsearch.Client({ host: 'http://es.example.com:9200', log: "error" });
const redis = require("redis").createClient({ url: `redis://${process.env.REDIS_HOST}:6379` });
mongoose.connect(process.env.DB || "mongodb://db.example.com/temp", function (err) { if (err) throw err; });
