export default (event, props) => fullstory.event(event, { ...props, email: user.email });
